package org.boltzmann4j.dl4j;

/** Watches a greedy pretraining. Called in the training thread; an exception thrown here ends the pretraining. */
public interface PretrainingListener {

    /**
     * A layer begins; its biases have been set from the data. Or it goes on from a checkpoint.
     *
     * @param progress epoch 1, minibatch 0; or where the checkpoint was
     */
    default void onLayerStart(PretrainingProgress progress) {}

    /**
     * A minibatch has been learnt.
     *
     * @param progress counts up to and with this minibatch
     */
    default void onMinibatch(PretrainingProgress progress) {}

    /**
     * The layer exploded and went back to parameters of some minibatches before, see {@link GreedyPretrainer.Builder#backOff}.
     *
     * @param progress counts up to the minibatch that exploded
     * @param what happened
     * @param rateFactor what is left of the learning rate
     */
    default void onBackOff(PretrainingProgress progress, String what, double rateFactor) {}

    /**
     * An epoch has ended.
     *
     * @param progress counts up to its last minibatch
     * @param monitors measured after it
     */
    default void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {}

    /**
     * A layer is done.
     *
     * @param progress counts up to its last minibatch
     * @param report its history and how it ended
     */
    default void onLayerEnd(PretrainingProgress progress, PretrainingReport.LayerReport report) {}
}
