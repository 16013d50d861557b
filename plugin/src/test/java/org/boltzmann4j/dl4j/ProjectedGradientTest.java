package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.boltzmann4j.dl4j.ProjectedGradient.Norm;
import org.boltzmann4j.estimate.Calibration;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Box;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ProjectedGradientTest {

    private static final int FEATURES = 6;
    private static final int ROWS = 60;
    private static final double RADIUS = 0.3;
    private static final RandomStreams STREAMS = RandomStreams.of(5);

    private static MultiLayerNetwork linear() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(11)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(FEATURES)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        return network;
    }

    private static INDArray uniform(double low, double high) {
        double[][] x = new double[ROWS][FEATURES];
        for (int r = 0; r < ROWS; r++) {
            SplittableRandom random = RandomStreams.of(2).random(0, r);
            for (int i = 0; i < FEATURES; i++) {
                x[r][i] = random.nextDouble(low, high);
            }
        }
        return Nd4j.createFromArray(x);
    }

    /** With {@code w = w_1 - w_0} the worst change of norm r moves the margin by {@code r |w|_1}, or by {@code r |w|_2}. */
    @ParameterizedTest
    @EnumSource
    void aLinearClassifierErrsWhereItsMarginIsWithinTheDualNorm(Norm norm) {
        MultiLayerNetwork network = linear();
        INDArray weights = network.getParam("0_W");
        INDArray w = weights.getColumn(1).sub(weights.getColumn(0));
        double reach = RADIUS
                * (norm == Norm.LINF
                        ? w.norm1Number().doubleValue()
                        : w.norm2Number().doubleValue());
        INDArray x = uniform(-1, 1);
        double[] margin = x.mmul(w.reshape(FEATURES, 1)).toDoubleVector(); // the biases of a fresh network are 0
        int[] labels = new int[ROWS];
        for (int r = 0; r < ROWS; r++) {
            labels[r] = margin[r] > 0 ? 1 : 0;
        }
        INDArray changed = ProjectedGradient.of(norm, RADIUS, 40, Box.of(-10, 10))
                .attack(JointEnergyModel.of(network), x, labels, STREAMS);
        double[] after = changed.mmul(w.reshape(FEATURES, 1)).toDoubleVector();
        int wrong = 0;
        int close = 0;
        for (int r = 0; r < ROWS; r++) {
            boolean errs = after[r] > 0 != labels[r] > 0;
            if (Math.abs(margin[r]) > reach) {
                assertThat(errs)
                        .as("row %d, margin %s, reach %s", r, margin[r], reach)
                        .isFalse();
            } else if (Math.abs(margin[r]) < 0.95 * reach) {
                // A random start leaves a part of the change across w, which shrinks from step to step: hence 5 % less.
                assertThat(errs)
                        .as("row %d, margin %s, reach %s", r, margin[r], reach)
                        .isTrue();
                wrong++;
            } else {
                close++;
            }
        }
        assertThat(wrong).isBetween(10, ROWS - 10); // both sides of the bound are tested
        assertThat(close).isLessThan(ROWS / 10);
    }

    @ParameterizedTest
    @EnumSource
    void changesStayInTheBallAndInTheBoxAndLeaveNetworkAndInputAsTheyWere(Norm norm) {
        MultiLayerNetwork network = linear();
        INDArray parameters = network.params().dup();
        INDArray x = uniform(0, 1);
        INDArray before = x.dup();
        INDArray changed = ProjectedGradient.of(norm, RADIUS, 7, Box.of(0, 1))
                .attack(JointEnergyModel.of(network), x, new int[ROWS], STREAMS);
        assertThat(x).isEqualTo(before);
        assertThat(network.params()).isEqualTo(parameters);
        assertThat(changed.minNumber().doubleValue()).isNotNegative();
        assertThat(changed.maxNumber().doubleValue()).isLessThanOrEqualTo(1);
        INDArray change = changed.sub(x);
        INDArray lengths = norm == Norm.LINF ? change.normmax(1) : change.norm2(1);
        // Rounding of sums of six doubles.
        assertThat(lengths.maxNumber().doubleValue()).isBetween(0.9 * RADIUS, RADIUS * (1 + 1e-12));
        assertThat(changed).isNotEqualTo(x);
    }

    @Test
    void anAttackLowersTheAccuracyOfATrainedNetworkMoreThanRandomChangesDo() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        network.fit(Blobs.batches(300, 30, 1), 20);
        INDArray x = Blobs.draw(150, 9).getFeatures();
        int[] labels = new int[150];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % Blobs.CLASSES;
        }
        JointEnergyModel model = JointEnergyModel.of(network);
        ProjectedGradient attack = ProjectedGradient.of(Norm.L2, 0.2, 10, Box.of(0, 1));
        int[] random = new int[150]; // the attack on other labels stops where it starts: a random point of the ball
        INDArray leastLikely = Nd4j.argMax(model.logProbabilities(x).negi(), 1);
        for (int i = 0; i < random.length; i++) {
            random[i] = leastLikely.getInt(i);
        }
        double attacked = accuracy(model, attack.attack(model, x, labels, STREAMS), labels);
        double shaken = accuracy(
                model,
                new ProjectedGradient(Norm.L2, 0.2, Double.MIN_NORMAL, 1, Box.of(0, 1))
                        .attack(model, x, random, STREAMS),
                labels);
        // Clouds of deviation 0.08 a good 0.25 from the borders: a change of 0.2 towards them takes a third or so
        // across.
        assertThat(accuracy(model, x, labels)).isGreaterThan(0.95);
        assertThat(shaken).isGreaterThan(0.9);
        assertThat(attacked).isLessThan(0.85);
    }

    private static double accuracy(JointEnergyModel model, INDArray x, int[] labels) {
        return Calibration.of(model.logProbabilities(x), labels).accuracy();
    }

    @Test
    void settingsAndInputsOutOfRangeAreRefused() {
        Box box = Box.of(0, 1);
        assertThatThrownBy(() -> ProjectedGradient.of(Norm.L2, 0, 5, box)).hasMessageContaining("radius = 0.0");
        assertThatThrownBy(() -> ProjectedGradient.of(Norm.L2, 1, 0, box)).hasMessageContaining("steps = 0");
        JointEnergyModel model = JointEnergyModel.of(linear());
        ProjectedGradient attack = ProjectedGradient.of(Norm.L2, 1, 5, box);
        assertThatThrownBy(() -> attack.attack(model, uniform(0, 1), new int[3], STREAMS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("60");
        assertThatThrownBy(() -> attack.attack(model, uniform(1, 2), new int[ROWS], STREAMS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[0.0, 1.0]");
    }
}
