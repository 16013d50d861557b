package org.boltzmann4j.dl4j;

/** Joint training left the finite numbers. The network has the parameters with which that was found. */
public final class TrainingDivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TrainingDivergedException(String what) {
        super(what + ". Try a lower learning rate, a smaller generative weight or the SOFTPLUS term");
    }
}
