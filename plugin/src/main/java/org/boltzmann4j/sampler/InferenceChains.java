package org.boltzmann4j.sampler;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Chains with which a model generates and completes: their visible states and the conditional means of these. */
interface InferenceChains {

    /** Makes sweeps, at least 1. */
    void advance(Rbm rbm, int gibbsSteps);

    /** The visible states of the model, {@code [chains, visible]}. */
    LayerStates visible();

    /** Holds known values from the next sweep on. */
    void hold(@Nullable KnownValues known);

    /** From now on the last sweep of {@link #advance} also leaves the visible means given the hidden samples before it. */
    void keepVisibleMeans();

    /**
     * Starts chains.
     *
     * @param rbm the model
     * @param method by sampling
     * @param v where they begin, {@code [chains, visible]}; tempered ones in all rungs alike
     * @param known what they hold, if anything
     * @param streams of these chains alone
     */
    static InferenceChains start(
            Rbm rbm, Inference method, INDArray v, @Nullable KnownValues known, RandomStreams streams) {
        InferenceChains chains;
        if (method instanceof TemperedGibbs tempered) {
            double[] bias = tempered.bias();
            if (bias != null && bias.length != rbm.visibleWidth()) {
                throw new IllegalArgumentException("inference by tempering: " + bias.length
                        + " base biases, expected one for each of the " + rbm.visibleWidth() + " visible units");
            }
            int rungs = tempered.ladder().start().size();
            chains = TemperedChains.startedAtVisible(rbm, tempered.ladder(), bias, stacked(v, rungs), streams);
        } else {
            chains = Chains.startedAtVisible(rbm, v, streams);
        }
        chains.hold(known);
        chains.keepVisibleMeans();
        return chains;
    }

    /** Copies of a matrix below each other. */
    static INDArray stacked(INDArray matrix, int copies) {
        long rows = matrix.size(0);
        INDArray result = Matrices.detached(matrix.dataType(), copies * rows, matrix.size(1));
        for (int copy = 0; copy < copies; copy++) {
            Matrices.copyRows(matrix, result, copy * rows, 1);
        }
        return result;
    }

    /** How well the rungs of tempered chains exchanged states; null for others. */
    static @Nullable SwapReport swaps(InferenceChains chains) {
        return chains instanceof TemperedChains tempered ? tempered.report() : null;
    }
}
