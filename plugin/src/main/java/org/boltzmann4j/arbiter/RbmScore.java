package org.boltzmann4j.arbiter;

import java.util.Objects;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.dl4j.RbmScoreCalculator;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.LikelihoodReport;
import org.boltzmann4j.estimate.LogLikelihood;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.estimate.ReconstructionError;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.scoring.util.ScoreUtil;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What the lowest RBM layer, which stands on the features, is worth as a model of the test data. Fine-tuning moves its weights; to
 * judge the pretraining itself, search with 0 epochs of fine-tuning.
 */
public final class RbmScore extends TrainedScore {

    private static final long serialVersionUID = 1;

    /** A millisecond each for 784 by 500 units. */
    private static final int ROWS = 1000;

    /** What is measured. */
    public enum Measure {
        /** Mean squared reconstruction error per visible unit, MSER: minimised. */
        RECONSTRUCTION_ERROR,
        /** Mean free energy of the test rows minus that of the training rows, in nats: minimised, since it grows with over-fitting. */
        FREE_ENERGY_GAP,
        /**
         * Mean log-pseudo-likelihood of up to 1,000 test rows in nats, grey values presented as the layer says, see {@link
         * RbmMonitor#pseudoLikelihood}: maximised. For visible units with finitely many states.
         */
        PSEUDO_LIKELIHOOD,
        /**
         * Mean log-likelihood of a test row in nats, by {@link LogLikelihood#withDefaults}: exact or the middle between the bounds of
         * the estimates from both sides; maximised. Of 1,000 hidden units it takes minutes.
         */
        LOG_LIKELIHOOD
    }

    private final Measure measure;
    private final String layer;

    /**
     * Measures a layer.
     *
     * @param measure what is measured
     * @param layer index of the layer, in digits, or its name; it must stand on the features
     */
    @JsonCreator
    public RbmScore(@JsonProperty("measure") Measure measure, @JsonProperty("layer") String layer) {
        this.measure = Objects.requireNonNull(measure, "measure");
        this.layer = Objects.requireNonNull(layer, "layer");
    }

    /**
     * Measures layer 0.
     *
     * @param measure what is measured
     * @return the score
     */
    public static RbmScore of(Measure measure) {
        return new RbmScore(measure, "0");
    }

    @Override
    public double score(TrainedCandidate candidate, DataSource data) {
        Rbm rbm = layer.chars().allMatch(Character::isDigit)
                ? RbmLayer.modelOf(candidate.model(), Integer.parseInt(layer))
                : RbmLayer.modelOf(candidate.model(), layer);
        return switch (measure) {
            case RECONSTRUCTION_ERROR -> meanOverRows(data.testData(), rows -> ReconstructionError.of(rbm, rows));
            case FREE_ENERGY_GAP ->
                meanOverRows(data.testData(), rows -> meanFreeEnergy(rbm, rows))
                        - meanOverRows(data.trainData(), rows -> meanFreeEnergy(rbm, rows));
            case PSEUDO_LIKELIHOOD ->
                RbmScoreCalculator.<Model>of(
                                RbmMonitor.pseudoLikelihood(ROWS),
                                index(candidate.model()),
                                ScoreUtil.getIterator(data.testData()))
                        .calculateScore(candidate.model());
            case LOG_LIKELIHOOD -> middle(LogLikelihood.withDefaults().of(rbm, ScoreUtil.getIterator(data.testData())));
        };
    }

    private int index(Model model) {
        if (layer.chars().allMatch(Character::isDigit)) {
            return Integer.parseInt(layer);
        }
        return model instanceof ComputationGraph graph
                ? graph.getVertex(layer).getVertexIndex()
                : ((MultiLayerNetwork) model).getLayer(layer).getIndex();
    }

    static double middle(LikelihoodReport report) {
        return report.raise() == null ? report.claim().value() : report.raise().value() + report.width() / 2;
    }

    private static double meanFreeEnergy(Rbm rbm, INDArray rows) {
        double sum = 0;
        for (double energy : rbm.freeEnergy(rows)) {
            sum += energy;
        }
        return sum / rows.size(0);
    }

    private interface RowMean {
        double of(INDArray rows);
    }

    private static double meanOverRows(Object data, RowMean mean) {
        DataSetIterator iterator = ScoreUtil.getIterator(data);
        iterator.reset();
        double sum = 0;
        long rows = 0;
        while (iterator.hasNext()) {
            INDArray features = iterator.next().getFeatures();
            sum += features.size(0) * mean.of(features);
            rows += features.size(0);
        }
        return sum / rows;
    }

    @Override
    String name() {
        return ScoreName.words(measure) + " of layer " + layer;
    }

    @Override
    public boolean minimize() {
        return measure != Measure.LOG_LIKELIHOOD && measure != Measure.PSEUDO_LIKELIHOOD;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RbmScore that && measure == that.measure && layer.equals(that.layer);
    }

    @Override
    public int hashCode() {
        return Objects.hash(measure, layer);
    }

    @Override
    public String toString() {
        return "RbmScore(" + measure + ", layer " + layer + ")";
    }
}
