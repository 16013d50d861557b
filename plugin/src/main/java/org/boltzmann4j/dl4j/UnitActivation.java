package org.boltzmann4j.dl4j;

import java.util.Objects;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The conditional mean of hidden units for which DL4J has no activation function of its own. */
final class UnitActivation extends BaseActivationFunction {

    private static final long serialVersionUID = 1;

    @JsonProperty
    private final Unit unit;

    @JsonCreator
    UnitActivation(@JsonProperty("unit") Unit unit) {
        this.unit = Objects.requireNonNull(unit, "unit");
    }

    /** In place, like the host's own. */
    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        Rows rows = Rows.of(in);
        double[] x = new double[rows.width()];
        double[] noBias = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            unit.mean(x, noBias, Conditions.PLAIN, x);
            rows.write(row, x);
        }
        return in;
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        assertShape(in, epsilon);
        Rows inputs = Rows.of(in);
        Rows errors = Rows.of(epsilon);
        double[] z = new double[inputs.width()];
        double[] e = new double[inputs.width()];
        for (long row = 0; row < inputs.count(); row++) {
            inputs.read(row, z);
            errors.read(row, e);
            unit.backpropagate(z, e);
            inputs.write(row, e);
        }
        return new Pair<>(in, null);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UnitActivation that && unit.equals(that.unit);
    }

    @Override
    public int hashCode() {
        return unit.hashCode();
    }

    @Override
    public String toString() {
        return "mean of " + unit + " units";
    }
}
