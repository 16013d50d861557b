package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

class JointEnergyLossTest {

    private static final int CLASSES = 4;
    private static final ActivationSoftmax SOFTMAX = new ActivationSoftmax();

    /** Central differences of step 1e-5 on values of size 10: cancellation leaves 1e-15 * 10 / 1e-5, truncation less. */
    private static final double DIFFERENCES = 1e-8;

    private static INDArray logits(int rows, DataType type) {
        SplittableRandom random = RandomStreams.of(7).split("logits").random(0, 0);
        double[][] z = new double[rows][CLASSES];
        for (double[] row : z) {
            for (int c = 0; c < CLASSES; c++) {
                row[c] = 2 * random.nextGaussian();
            }
        }
        return Nd4j.createFromArray(z).castTo(type);
    }

    private static INDArray labels(DataType type, Object... kindsAndClasses) {
        double[][] labels = new double[kindsAndClasses.length / 2][CLASSES];
        for (int i = 0; i < labels.length; i++) {
            ((JointRow) kindsAndClasses[2 * i]).write((Integer) kindsAndClasses[2 * i + 1], labels[i]);
        }
        return Nd4j.createFromArray(labels).castTo(type);
    }

    /** All four kinds, mixed up, in groups of different sizes: 3 labelled, 2 unlabelled, 4 generated, 2 generated of a class. */
    private static INDArray everyKind() {
        return labels(
                DataType.DOUBLE,
                JointRow.LABELLED,
                2,
                JointRow.GENERATED,
                0,
                JointRow.UNLABELLED,
                0,
                JointRow.GENERATED,
                0,
                JointRow.GENERATED_OF_CLASS,
                3,
                JointRow.LABELLED,
                0,
                JointRow.GENERATED,
                0,
                JointRow.LABELLED,
                3,
                JointRow.UNLABELLED,
                0,
                JointRow.GENERATED_OF_CLASS,
                1,
                JointRow.GENERATED,
                0);
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfAllTermsTogetherAreTheSlopesOfTheScore(GenerativeTerm term) {
        JointEnergyLoss loss = new JointEnergyLoss(new JointObjective(term, 0.7, 0.4, 0.03));
        INDArray labels = everyKind();
        INDArray z = logits(11, DataType.DOUBLE);
        INDArray gradient = loss.computeGradient(labels, z, SOFTMAX, null);
        double h = 1e-5;
        for (int i = 0; i < 11; i++) {
            for (int c = 0; c < CLASSES; c++) {
                INDArray up = z.dup();
                up.putScalar(i, c, z.getDouble(i, c) + h);
                INDArray down = z.dup();
                down.putScalar(i, c, z.getDouble(i, c) - h);
                double slope = (loss.computeScore(labels, up, SOFTMAX, null, false)
                                - loss.computeScore(labels, down, SOFTMAX, null, false))
                        / (2 * h);
                assertThat(gradient.getDouble(i, c))
                        .as("row %d, class %d", i, c)
                        .isCloseTo(slope, within(DIFFERENCES));
            }
        }
    }

    /**
     * The rows of epsilon as the literature has them, with B rows of either kind: data {@code (p - y)/B - w s+ p/B}, samples {@code w s-
     * p/B}, where s+ and s- are 1 and 1 (CD), sigmoid(-f+) and sigmoid(f-) (BCE), sigmoid(f- - f+) twice (SOFTPLUS).
     */
    @ParameterizedTest
    @EnumSource
    void rowsOfEpsilonAreThoseOfTheLiterature(GenerativeTerm term) {
        double w = 0.3;
        INDArray labels = labels(
                DataType.DOUBLE,
                JointRow.LABELLED,
                1,
                JointRow.LABELLED,
                3,
                JointRow.GENERATED,
                0,
                JointRow.GENERATED,
                0);
        INDArray z = logits(4, DataType.DOUBLE);
        INDArray epsilon = new JointEnergyLoss(JointObjective.of(term, w)).computeGradient(labels, z, SOFTMAX, null);
        int[] y = {1, 3};
        for (int i = 0; i < 2; i++) {
            double plus = height(z, i);
            double minus = height(z, i + 2);
            double push =
                    switch (term) {
                        case CD -> 1;
                        case SOFTPLUS -> 1 / (1 + Math.exp(plus - minus));
                        case BCE -> 1 / (1 + Math.exp(plus));
                    };
            double pull =
                    switch (term) {
                        case CD -> 1;
                        case SOFTPLUS -> push;
                        case BCE -> 1 / (1 + Math.exp(-minus));
                    };
            for (int c = 0; c < CLASSES; c++) {
                double p = Math.exp(z.getDouble(i, c) - plus);
                double expected = (p - (c == y[i] ? 1 : 0)) / 2 - w * push * p / 2;
                // The host divides by all 4 rows; a few roundings of numbers of size 1.
                assertThat(epsilon.getDouble(i, c) / 4).isCloseTo(expected, within(1e-14));
                double sampled = w * pull * Math.exp(z.getDouble(i + 2, c) - minus) / 2;
                assertThat(epsilon.getDouble(i + 2, c) / 4).isCloseTo(sampled, within(1e-14));
            }
        }
    }

    private static double height(INDArray z, int row) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            sum += Math.exp(z.getDouble(row, c));
        }
        return Math.log(sum);
    }

    /** Explicitly, since a wrong sign trains just as smoothly: uphill. */
    @ParameterizedTest
    @EnumSource
    void aStepDownTheGradientLowersTheEnergyOfDataAndRaisesThatOfSamples(GenerativeTerm term) {
        JointRow data = JointRow.UNLABELLED;
        JointRow sample = JointRow.GENERATED;
        INDArray labels = labels(DataType.DOUBLE, data, 0, sample, 0, data, 0, sample, 0);
        INDArray z = logits(4, DataType.DOUBLE);
        INDArray gradient = new JointEnergyLoss(JointObjective.of(term, 1)).computeGradient(labels, z, SOFTMAX, null);
        INDArray after = z.sub(gradient.mul(1e-3));
        for (int i = 0; i < 4; i++) {
            double energyBefore = -height(z, i);
            double energyAfter = -height(after, i);
            if (i % 2 == 0) {
                assertThat(energyAfter).isLessThan(energyBefore);
            } else {
                assertThat(energyAfter).isGreaterThan(energyBefore);
            }
        }
    }

    @Test
    void minibatchesOfLabelledRowsAloneAreTheHostsBitByBit() {
        JointEnergyLoss loss = new JointEnergyLoss(new JointObjective(GenerativeTerm.CD, 5.0, 5.0, 5.0));
        INDArray labels = labels(DataType.FLOAT, JointRow.LABELLED, 2, JointRow.LABELLED, 0, JointRow.LABELLED, 1);
        INDArray z = logits(3, DataType.FLOAT);
        LossMCXENT stock = new LossMCXENT();
        assertThat(loss.computeGradient(labels, z, SOFTMAX, null))
                .isEqualTo(stock.computeGradient(labels, z, SOFTMAX, null));
        assertThat(loss.computeScore(labels, z, SOFTMAX, null, true))
                .isEqualTo(stock.computeScore(labels, z, SOFTMAX, null, true));
        assertThat(loss.computeScoreArray(labels, z, SOFTMAX, null))
                .isEqualTo(stock.computeScoreArray(labels, z, SOFTMAX, null));
    }

    @Test
    void unlabelledRowsWithoutSamplesChangeNothing() {
        JointEnergyLoss loss = new JointEnergyLoss(new JointObjective(GenerativeTerm.CD, 5.0, 5.0, 5.0));
        INDArray labels = labels(DataType.DOUBLE, JointRow.LABELLED, 2, JointRow.UNLABELLED, 0);
        INDArray z = logits(2, DataType.DOUBLE);
        INDArray gradient = loss.computeGradient(labels, z, SOFTMAX, null);
        // 2 rows for the host's division, 1 labelled row
        assertThat(gradient.getRow(1).amaxNumber().doubleValue()).isZero();
        assertThat(gradient.getDouble(0, 2))
                .isCloseTo(2 * (Math.exp(z.getDouble(0, 2) - height(z, 0)) - 1), within(1e-14));
    }

    @ParameterizedTest
    @EnumSource
    void sharesOfTheRowsAddUpToTheScore(GenerativeTerm term) {
        JointEnergyLoss loss = new JointEnergyLoss(new JointObjective(term, 0.7, 0.4, 0.03));
        INDArray z = logits(11, DataType.DOUBLE);
        INDArray shares = loss.computeScoreArray(everyKind(), z, SOFTMAX, null);
        assertThat(shares.shape()).containsExactly(11, 1);
        double score = loss.computeScore(everyKind(), z, SOFTMAX, null, false);
        assertThat(shares.sumNumber().doubleValue()).isCloseTo(score, within(1e-12));
        assertThat(loss.computeScore(everyKind(), z, SOFTMAX, null, true)).isCloseTo(score / 11, within(1e-13));
    }

    /** In single precision -1/C is not exact; the kinds must not depend on that. */
    @Test
    void kindsOfRowsSurviveSinglePrecisionForAnyNumberOfClasses() {
        for (int classes : new int[] {2, 3, 7, 1000}) {
            for (JointRow kind : JointRow.values()) {
                double[] labels = new double[classes];
                kind.write(1, labels);
                for (int c = 0; c < classes; c++) {
                    labels[c] = (float) labels[c];
                }
                assertThat(JointRow.of(labels)).isEqualTo(kind);
                if (kind == JointRow.LABELLED || kind == JointRow.GENERATED_OF_CLASS) {
                    assertThat(JointRow.label(labels)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void otherActivationsMasksAndShapesAreRefused() {
        JointEnergyLoss loss = new JointEnergyLoss(JointObjective.of(GenerativeTerm.CD, 1));
        INDArray z = logits(11, DataType.DOUBLE);
        assertThatThrownBy(() -> loss.computeGradient(everyKind(), z, new ActivationSigmoid(), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("softmax");
        assertThatThrownBy(() -> loss.computeGradient(everyKind(), z, SOFTMAX, Nd4j.ones(11, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("masks");
        assertThatThrownBy(() -> loss.computeGradient(everyKind(), logits(3, DataType.DOUBLE), SOFTMAX, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one shape");
    }

    @Test
    void weightsThatAreNegativeOrNotFiniteAreRefusedByName() {
        assertThatThrownBy(() -> JointObjective.of(GenerativeTerm.CD, -1)).hasMessageContaining("weight = -1.0");
        assertThatThrownBy(() -> JointObjective.of(GenerativeTerm.CD, 1).withEnergyPenalty(Double.NaN))
                .hasMessageContaining("energyPenalty = NaN");
        assertThatThrownBy(() -> JointObjective.of(GenerativeTerm.CD, 1).withConditionalWeight(-0.1))
                .hasMessageContaining("conditionalWeight = -0.1");
        assertThatThrownBy(() -> new JointObjective(null, 1.0, 0.0, 0.0)).hasMessageContaining("term is missing");
        assertThatThrownBy(() -> new JointEnergyLoss(null)).hasMessageContaining("objective is missing");
    }
}
