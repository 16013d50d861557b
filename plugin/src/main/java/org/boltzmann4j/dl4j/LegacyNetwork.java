package org.boltzmann4j.dl4j;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A network of Deeplearning4j 0.9.1, opened as one of this release by {@link ModelReader#legacyNetwork}.
 *
 * @param network initialised, with the parameters it was saved with; its RBMs are {@link RbmLayer}s
 * @param notCarried what it had that this network has not, or has in another way, a sentence each
 */
public record LegacyNetwork(MultiLayerNetwork network, List<String> notCarried) {

    /** In the order of the flat parameters, then and now; the last belongs to RBMs only. */
    private static final List<String> KEYS = List.of(
            RbmParamInitializer.WEIGHT_KEY, RbmParamInitializer.HIDDEN_BIAS_KEY, RbmParamInitializer.VISIBLE_BIAS_KEY);

    /** Copies the list. */
    public LegacyNetwork {
        notCarried = List.copyOf(notCarried);
    }

    /**
     * Makes a network with the parameters of 0.9.1, which laid out every matrix column by column.
     *
     * @param configuration translated
     * @param stored all parameters, {@code [1, parameters]}; not modified
     */
    static MultiLayerNetwork filled(MultiLayerConfiguration configuration, INDArray stored) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        // Given to init so that it draws no weights, which would reseed the generator all of ND4J shares.
        network.init(Nd4j.create(stored.dataType(), 1, stored.length()), false);
        INDArray flat = stored.reshape(stored.length());
        long from = 0;
        for (Layer layer : network.getLayers()) {
            for (String key : KEYS) {
                INDArray parameter = layer.paramTable(false).get(key);
                if (parameter != null) {
                    INDArray part = flat.get(NDArrayIndex.interval(from, from + parameter.length()));
                    parameter.assign(part.dup().reshape('f', parameter.shape()));
                    from += parameter.length();
                }
            }
        }
        return network;
    }
}
