package org.boltzmann4j.arbiter;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.estimate.OutlierDetection;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.scoring.util.ScoreUtil;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What a network with a softmax output is worth beyond its accuracy, seen as a {@link JointEnergyModel}; it need not have been trained as
 * one. Graphs are refused.
 */
public final class JemScore extends TrainedScore {

    private static final long serialVersionUID = 1;

    /** What is measured. */
    public enum Measure {
        /** Expected calibration error of the test rows, see {@link Calibration}: minimised. */
        CALIBRATION_ERROR,
        /**
         * Area under the curve of telling test rows from those of an {@link UnusualDataSource} by {@code log p(x)}, see {@link
         * OutlierDetection}: maximised.
         */
        OUTLIER_AUROC
    }

    private final Measure measure;

    @JsonCreator
    JemScore(@JsonProperty("measure") Measure measure) {
        this.measure = Objects.requireNonNull(measure, "measure");
    }

    /**
     * Measures a network.
     *
     * @param measure what is measured
     * @return the score
     */
    public static JemScore of(Measure measure) {
        return new JemScore(measure);
    }

    @Override
    public double score(TrainedCandidate candidate, DataSource data) {
        if (!(candidate.model() instanceof MultiLayerNetwork network)) {
            throw new IllegalArgumentException(this + " of a graph, expected a network of layers");
        }
        JointEnergyModel model = JointEnergyModel.of(network);
        return switch (measure) {
            case CALIBRATION_ERROR -> calibrationError(model, ScoreUtil.getIterator(data.testData()));
            case OUTLIER_AUROC -> {
                if (!(data instanceof UnusualDataSource source)) {
                    throw new IllegalStateException(
                            data.getClass().getName() + " has no unusual inputs: expected an UnusualDataSource");
                }
                yield OutlierDetection.of(
                                densities(model, ScoreUtil.getIterator(data.testData())),
                                densities(model, ScoreUtil.getIterator(source.unusualData())))
                        .auroc();
            }
        };
    }

    private static double calibrationError(JointEnergyModel model, DataSetIterator rows) {
        rows.reset();
        DataSet[] batches = batches(rows);
        INDArray logProbabilities = Nd4j.vstack(Arrays.stream(batches)
                .map(batch -> model.logProbabilities(batch.getFeatures()))
                .toList());
        int[] labels = Arrays.stream(batches)
                .flatMapToInt(batch -> IntStream.of(batch.getLabels().argMax(1).toIntVector()))
                .toArray();
        return Calibration.of(logProbabilities, labels).calibrationError();
    }

    private static double[] densities(JointEnergyModel model, DataSetIterator rows) {
        rows.reset();
        Function<DataSet, DoubleStream> density = batch -> DoubleStream.of(model.logDensity(batch.getFeatures()));
        return Arrays.stream(batches(rows)).flatMapToDouble(density).toArray();
    }

    private static DataSet[] batches(DataSetIterator rows) {
        Iterable<DataSet> once = () -> rows;
        return StreamSupport.stream(once.spliterator(), false).toArray(DataSet[]::new);
    }

    @Override
    String name() {
        return measure == Measure.OUTLIER_AUROC ? "AUROC of unusual inputs" : ScoreName.words(measure);
    }

    @Override
    public boolean minimize() {
        return measure == Measure.CALIBRATION_ERROR;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JemScore that && measure == that.measure;
    }

    @Override
    public int hashCode() {
        return measure.hashCode();
    }

    @Override
    public String toString() {
        return "JemScore(" + measure + ")";
    }
}
