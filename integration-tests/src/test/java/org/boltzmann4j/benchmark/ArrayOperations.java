package org.boltzmann4j.benchmark;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Training of a restricted Boltzmann machine in ND4J's array operations, as its formulas read. No centering, no ladder. */
final class ArrayOperations {

    private static final double RATE = 0.01;

    private final INDArray data;
    private final INDArray weights;
    private final INDArray visibleBias;
    private final INDArray hiddenBias;
    private final Method method;
    private final boolean gaussian;
    private INDArray chains;

    ArrayOperations(INDArray data, int hidden, Method method, String units) {
        if (method.kind() == Method.Kind.PT) {
            throw new IllegalArgumentException("tempering in plain array operations is not written");
        }
        long visible = data.size(1);
        this.data = data;
        this.weights = Nd4j.randn(DataType.FLOAT, visible, hidden).muli(0.01);
        this.visibleBias = Nd4j.zeros(DataType.FLOAT, 1, visible);
        this.hiddenBias = Nd4j.zeros(DataType.FLOAT, 1, hidden);
        this.method = method;
        this.gaussian = units.equals("gaussian");
        this.chains = draw(Transforms.sigmoid(data.mmul(weights)));
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            step();
        }
    }

    private void step() {
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
        double rate = RATE / data.size(0);
        weights.addi(data.transpose()
                .mmul(positive)
                .sub(visible.transpose().mmul(negative))
                .mul(rate));
        visibleBias.addi(data.sum(true, 0).sub(visible.sum(true, 0)).mul(rate));
        hiddenBias.addi(positive.sum(true, 0).sub(negative.sum(true, 0)).mul(rate));
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
