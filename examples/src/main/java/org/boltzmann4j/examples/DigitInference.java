package org.boltzmann4j.examples;

import java.util.LinkedHashMap;
import java.util.Map;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.AnnealedImportanceSampling;
import org.boltzmann4j.sampler.Inference;
import org.boltzmann4j.sampler.Ladder;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The three ways in which an RBM generates and completes images. */
final class DigitInference {

    static final String GIBBS = "Gibbs";
    static final String TEMPERING = "tempering";
    static final String MEAN_FIELD = "mean field";

    /** Evenly spaced from 0 on, ten rungs of an RBM of 500 units hardly exchange states; in this part of the ladder they do. */
    private static final double HOTTEST = 0.75;

    private DigitInference() {}

    /**
     * The methods by name.
     *
     * @param rbm the model
     * @param data {@code [n, visible]}, whose means the model without weights has, from which tempering leads
     * @param rungs of tempering, evenly spaced
     */
    static Map<String, Inference> methods(Rbm rbm, INDArray data, int rungs) {
        Map<String, Inference> methods = new LinkedHashMap<>();
        methods.put(GIBBS, Inference.gibbs());
        methods.put(
                TEMPERING,
                Inference.tempering(Ladder.linear(rungs, HOTTEST))
                        .fromBaseRates(AnnealedImportanceSampling.baseBias(rbm, data)));
        methods.put(MEAN_FIELD, Inference.meanField());
        return methods;
    }
}
