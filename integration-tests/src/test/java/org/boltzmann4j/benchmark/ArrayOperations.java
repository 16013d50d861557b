package org.boltzmann4j.benchmark;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Training of a restricted Boltzmann machine in ND4J's array operations, as its formulas read: the centered gradient, and grey
 * values sampled, as an {@code RbmLayer} has it by default. No ladder.
 */
final class ArrayOperations {

    private static final double RATE = 0.01;
    private static final double OFFSET_STEP = 0.01;

    private final INDArray weights;
    private final INDArray visibleBias;
    private final INDArray hiddenBias;
    private final Method method;
    private final boolean gaussian;
    private INDArray visibleOffset;
    private INDArray hiddenOffset;
    private INDArray chains;

    ArrayOperations(INDArray data, int hidden, Method method, String units) {
        if (method.kind() == Method.Kind.PT) {
            throw new IllegalArgumentException("tempering in plain array operations is not written");
        }
        long visible = data.size(1);
        this.weights = Nd4j.randn(DataType.FLOAT, visible, hidden).muli(0.01);
        this.visibleBias = Nd4j.zeros(DataType.FLOAT, 1, visible);
        this.hiddenBias = Nd4j.zeros(DataType.FLOAT, 1, hidden);
        this.method = method;
        this.gaussian = units.equals("gaussian");
        INDArray means = hiddenMeans(data);
        this.visibleOffset = data.mean(true, 0);
        this.hiddenOffset = means.mean(true, 0);
        this.chains = draw(means);
    }

    void step(INDArray grey) {
        INDArray data = gaussian ? grey : draw(grey);
        INDArray positive = hiddenMeans(data);
        INDArray states = method.kind() == Method.Kind.CD ? draw(positive) : chains;
        INDArray visible = data;
        INDArray negative = positive;
        for (int k = 0; k < method.count(); k++) {
            visible = visibleStates(states);
            negative = hiddenMeans(visible);
            states = draw(negative);
        }
        chains = states;
        visibleOffset =
                visibleOffset.mul(1 - OFFSET_STEP).add(data.mean(true, 0).mul(OFFSET_STEP));
        hiddenOffset =
                hiddenOffset.mul(1 - OFFSET_STEP).add(positive.mean(true, 0).mul(OFFSET_STEP));
        INDArray gradient = centered(data, positive).sub(centered(visible, negative));
        weights.addi(gradient.mul(RATE));
        INDArray visibleDifference = data.mean(true, 0).sub(visible.mean(true, 0));
        INDArray hiddenDifference = positive.mean(true, 0).sub(negative.mean(true, 0));
        visibleBias.addi(
                visibleDifference.sub(hiddenOffset.mmul(gradient.transpose())).mul(RATE));
        hiddenBias.addi(hiddenDifference.sub(visibleOffset.mmul(gradient)).mul(RATE));
    }

    private INDArray centered(INDArray visible, INDArray hidden) {
        return visible.subRowVector(visibleOffset)
                .transpose()
                .mmul(hidden.subRowVector(hiddenOffset))
                .div(visible.size(0));
    }

    private INDArray hiddenMeans(INDArray visible) {
        return Transforms.sigmoid(visible.mmul(weights).addRowVector(hiddenBias));
    }

    private INDArray visibleStates(INDArray states) {
        INDArray input = states.mmul(weights.transpose()).addRowVector(visibleBias);
        return gaussian ? input.add(Nd4j.randn(DataType.FLOAT, input.shape())) : draw(Transforms.sigmoid(input));
    }

    private static INDArray draw(INDArray probabilities) {
        return Nd4j.rand(DataType.FLOAT, probabilities.shape())
                .lt(probabilities)
                .castTo(DataType.FLOAT);
    }
}
