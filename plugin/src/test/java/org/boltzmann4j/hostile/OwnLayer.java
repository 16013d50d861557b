package org.boltzmann4j.hostile;

import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.Activation;

/** A user's own layer, in a package that no reader knows. */
public final class OwnLayer extends ActivationLayer {

    private static final long serialVersionUID = 1;

    public OwnLayer() {
        super(Activation.TANH);
    }
}
