package org.boltzmann4j.examples;

import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** How one of the networks of {@link Paralysis} starts, and how it is trained. */
enum ParalysisArm {
    PLAIN("plain", "plain backpropagation"),
    PRETRAINED("pretrained", "RBM pretraining, then the same"),
    XAVIER_ADAM("xavierAdam", "Xavier + Adam, no pretraining");

    /** At 0.1, 1 and 3 the plain network stalls alike; of 0.3 and 1 the pretrained one learns faster at 1. */
    private static final double SGD_RATE = 1.0;
    /** The best of 0.001, 0.003 and 0.01 on validation letters. */
    private static final double ADAM_RATE = 0.003;
    /** Standard deviation of the small-variance start: as good for an RBM as it is bad for backpropagation. */
    private static final double SMALL = 0.01;

    private final String key;
    private final String title;

    ParalysisArm(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /** Name in the result line. */
    String key() {
        return key;
    }

    /** Name for people. */
    String title() {
        return title;
    }

    /** Name for file names. */
    String fileName() {
        return this == XAVIER_ADAM ? "xavier-adam" : key;
    }

    boolean isPretrained() {
        return this == PRETRAINED;
    }

    IUpdater updater() {
        return this == XAVIER_ADAM ? new Adam(ADAM_RATE) : new Sgd(SGD_RATE);
    }

    IWeightInit weightInit() {
        return this == XAVIER_ADAM
                ? WeightInit.XAVIER.getWeightInitFunction()
                : new WeightInitDistribution(new NormalDistribution(0, SMALL));
    }
}
