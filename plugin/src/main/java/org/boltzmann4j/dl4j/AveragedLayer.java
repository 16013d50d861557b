package org.boltzmann4j.dl4j;

import java.util.List;
import org.boltzmann4j.math.StateRecord;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A layer in training as its moving average would have it: the same configuration over parameters of its own. */
final class AveragedLayer {

    private final ParameterAverage spec;
    private final RbmRuntimeLayer layer;
    private long updates;

    private AveragedLayer(ParameterAverage spec, RbmRuntimeLayer layer) {
        this.spec = spec;
        this.layer = layer;
    }

    static AveragedLayer of(RbmRuntimeLayer trainee, ParameterAverage spec) {
        INDArray own = trainee.params().dup();
        return new AveragedLayer(spec, (RbmRuntimeLayer) trainee.layerConf()
                .instantiate(trainee.conf().clone(), List.of(), trainee.getIndex(), own, false, own.dataType()));
    }

    /** Takes the parameters after an update in; they are not modified. */
    void follow(INDArray parameters) {
        updates++;
        INDArray own = layer.params();
        double newest = spec.newest(updates);
        Nd4j.getBlasWrapper().level1().scal(own.length(), 1 - newest, own);
        Nd4j.getBlasWrapper().level1().axpy(own.length(), newest, parameters, own);
    }

    /** Forgets everything before the given parameters, which are not modified. */
    void restartAt(INDArray parameters) {
        updates = 0;
        layer.params().assign(parameters);
    }

    void carry(StateRecord record) {
        updates = record.count("updates", updates);
        record.matrixInto("parameters", layer.params());
    }

    ParameterAverage spec() {
        return spec;
    }

    RbmRuntimeLayer layer() {
        return layer;
    }
}
