package org.boltzmann4j.estimate;

import java.util.Locale;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.AnnealedChains;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The monitors of this room: each hands the rows to what computes its figure.
 *
 * @param figure what is measured
 * @param rows at most
 * @param effort units of each row, or sweeps; without meaning for the others
 */
record RowsMonitor(Figure figure, int rows, int effort) implements RbmMonitor {

    private static final long serialVersionUID = 1;

    enum Figure {
        PSEUDO_LIKELIHOOD,
        SAMPLED_PSEUDO_LIKELIHOOD,
        FREE_ENERGY_GAP,
        RECONSTRUCTION_ERROR,
        TWO_SAMPLE
    }

    RowsMonitor {
        requirePositive(rows, "rows");
    }

    static int requirePositive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("monitor: " + name + " = " + value + ", expected at least 1");
        }
        return value;
    }

    @Override
    public String name() {
        return switch (figure) {
            case PSEUDO_LIKELIHOOD -> "log-pseudo-likelihood";
            case SAMPLED_PSEUDO_LIKELIHOOD -> "log-pseudo-likelihood from " + effort + " units a row";
            case TWO_SAMPLE -> "two-sample ratio after " + effort + " sweeps";
            default -> figure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    @Override
    public boolean isMinimised() {
        return figure != Figure.PSEUDO_LIKELIHOOD && figure != Figure.SAMPLED_PSEUDO_LIKELIHOOD;
    }

    @Override
    public double measure(Rbm rbm, INDArray train, @Nullable INDArray heldOut, RandomStreams streams) {
        INDArray judged = heldOut == null ? train : heldOut;
        return switch (figure) {
            case PSEUDO_LIKELIHOOD -> PseudoLikelihood.exact(rbm, judged).value();
            case SAMPLED_PSEUDO_LIKELIHOOD ->
                PseudoLikelihood.sampled(rbm, judged, effort, streams).value();
            case FREE_ENERGY_GAP ->
                heldOut == null
                        ? Double.NaN
                        : FreeEnergyGap.of(rbm, train, heldOut).value();
            case RECONSTRUCTION_ERROR -> ReconstructionError.of(rbm, judged);
            case TWO_SAMPLE -> {
                TwoSampleCheck check =
                        TwoSampleCheck.of(generated(rbm, train, Math.toIntExact(judged.size(0)), streams), judged);
                yield Double.isNaN(check.correlationRatio())
                        ? check.meanRatio()
                        : Math.max(check.meanRatio(), check.correlationRatio());
            }
        };
    }

    /** Documents have the mean length of the training rows, rounded. */
    private INDArray generated(Rbm rbm, INDArray train, int chains, RandomStreams streams) {
        double[] lengths = rbm.documentLengths(train);
        double length = lengths.length == 0
                ? 1
                : Math.max(1, Math.rint(train.sumNumber().doubleValue() / lengths.length));
        AnnealedChains run = AnnealedChains.atBaseRates(
                rbm, AnnealedImportanceSampling.baseBias(rbm, train), chains, length, streams.split("generated"));
        int rising = effort / 2;
        for (int sweep = 1; sweep <= effort; sweep++) {
            if (sweep <= rising) {
                run.moveTo((double) sweep / rising);
            }
            run.sweep();
        }
        return run.visibleStates();
    }
}
