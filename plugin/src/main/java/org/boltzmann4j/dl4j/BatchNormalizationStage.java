package org.boltzmann4j.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalisation with running statistics: {@code gamma (x - mean) / sqrt(variance + eps) + beta} per channel, whose slope is the
 * factor {@code gamma / sqrt(variance + eps)}. The host's backward pass differentiates through the statistics of the batch
 * instead, whatever the forward pass was.
 */
final class BatchNormalizationStage implements Stage {

    private final Layer layer;
    private final BatchNormalization conf;
    private INDArray factor;

    BatchNormalizationStage(Layer layer, BatchNormalization conf) {
        this.layer = layer;
        this.conf = conf;
        this.factor = layer.getParam(BatchNormalizationParamInitializer.GLOBAL_MEAN);
    }

    @Override
    public INDArray forward(INDArray x) {
        if (x.rank() != 2 && x.rank() != 4) {
            throw new IllegalArgumentException(
                    "batch normalisation in a joint energy model: expected inputs of rank 2 or 4," + " got rank "
                            + x.rank());
        }
        INDArray variance = conf.isUseLogStd()
                ? Transforms.pow(
                        Nd4j.valueArrayOf(mean().shape(), 10.0, mean().dataType()),
                        layer.getParam(BatchNormalizationParamInitializer.GLOBAL_LOG_STD)
                                .mul(2))
                : layer.getParam(BatchNormalizationParamInitializer.GLOBAL_VAR);
        factor = Transforms.sqrt(variance.add(conf.getEps())).rdivi(1);
        INDArray shift;
        if (conf.isLockGammaBeta()) {
            factor.muli(conf.getGamma());
            shift = mean().mul(factor).rsubi(conf.getBeta());
        } else {
            factor.muli(layer.getParam(BatchNormalizationParamInitializer.GAMMA));
            shift = mean().mul(factor).rsubi(layer.getParam(BatchNormalizationParamInitializer.BETA));
        }
        return x.mul(perChannel(factor, x)).addi(perChannel(shift, x));
    }

    private INDArray mean() {
        return layer.getParam(BatchNormalizationParamInitializer.GLOBAL_MEAN);
    }

    private INDArray perChannel(INDArray values, INDArray x) {
        if (x.rank() == 2) {
            return values.reshape(1, values.length());
        }
        return conf.getCnn2DFormat() == CNN2DFormat.NCHW
                ? values.reshape(1, values.length(), 1, 1)
                : values.reshape(1, 1, 1, values.length());
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        return epsilon.mul(perChannel(factor, epsilon));
    }
}
