package org.boltzmann4j.arbiter;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * A score that looks at the training too, or at an RBM layer of the network. The host's own scores (accuracy, F1, loss, ROC, ...)
 * serve beside these. Every score states with {@link #minimize()} which way is better.
 */
public abstract class TrainedScore implements ScoreFunction {

    private static final long serialVersionUID = 1;

    /** For the scores of this package. */
    TrainedScore() {}

    /**
     * Scores a trained candidate.
     *
     * @param candidate model and training
     * @param data whose test data are the measure
     * @return the score
     */
    public abstract double score(TrainedCandidate candidate, DataSource data);

    /** What people call it. */
    abstract String name();

    @Override
    public final double score(Object model, Class<? extends DataSource> source, @Nullable Properties properties) {
        return score(
                new TrainedCandidate((Model) model, null, Double.NaN, Double.NaN, List.of(), List.of()),
                SearchData.open(source, properties));
    }

    /**
     * Refuses data providers.
     *
     * @deprecated the host replaced them by data sources
     */
    @Override
    @Deprecated
    public final double score(Object model, DataProvider provider, Map<String, Object> parameters) {
        throw new UnsupportedOperationException("data providers: expected a data source, which replaced them");
    }

    @Override
    public final List<Class<?>> getSupportedModelTypes() {
        return List.of(MultiLayerNetwork.class, ComputationGraph.class);
    }

    @Override
    public final List<Class<?>> getSupportedDataTypes() {
        return List.of(DataSetIterator.class, MultiDataSetIterator.class);
    }

    /** Scores are equal if they have the same name and settings, which {@link #toString()} states. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TrainedScore that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
