package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.boltzmann4j.exact.SmallModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gibbs sampling over every type of unit keeps the exact distribution of the binary layer opposite to it, in the model and
 * at half the inverse temperature, where base measures stay as they are. The measure and its bound, four times the distance
 * that perfect independent samples have in expectation, are those of {@link StationarityTest}; the probability of a false
 * alarm is below 1e-30. Beside each a wrong kernel, which hands on means in place of samples of the type, is caught.
 */
class UnitStationarityTest {

    private static final int CHAINS = 10_000;

    private record Case(String name, SmallModel model, double documentLength) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case visible(Unit unit, int width, double spread, double documentLength) {
        return new Case(
                unit + " visible, " + documentLength,
                SmallModel.random(unit, new Bernoulli(), width, 3, spread, documentLength, 17),
                documentLength);
    }

    private static Case hidden(Unit unit, int width, double spread) {
        return new Case(unit + " hidden", SmallModel.random(new Bernoulli(), unit, 4, width, spread, 1, 19), 1);
    }

    private static final List<Case> CASES = List.of(
            visible(new Bernoulli(), 4, 1.5, 1),
            visible(Binomial.of(3), 3, 0.8, 1),
            visible(Gaussian.of(0.5, 1.7, 1), 3, 1, 1),
            visible(Softmax.of(3), 6, 1.8, 1),
            visible(new ReplicatedSoftmax(), 5, 2, 1),
            visible(new ReplicatedSoftmax(), 5, 0.8, 6),
            visible(Poisson.of(1e6), 3, 0.8, 1),
            visible(NoisyRelu.exact(), 3, 0.8, 1),
            visible(
                    Mixed.of(
                            Mixed.Part.of(new Bernoulli(), 2),
                            Mixed.Part.of(Softmax.of(3), 3),
                            Mixed.Part.of(Gaussian.of(0.6), 1)),
                    6,
                    1.3,
                    1),
            hidden(Binomial.of(3), 3, 0.9),
            hidden(Softmax.of(3), 6, 1.8),
            hidden(Gaussian.of(0.7), 3, 0.9),
            hidden(Poisson.of(1e6), 3, 1.1),
            hidden(NoisyRelu.exact(), 3, 0.9));

    static Stream<Case> cases() {
        return CASES.stream();
    }

    private static double floor(double[] probabilities) {
        double floor = 0;
        for (double p : probabilities) {
            floor += 0.5 * Math.sqrt(2 * p * (1 - p) / (Math.PI * CHAINS));
        }
        return floor;
    }

    private static double totalVariation(INDArray states, double[] probabilities) {
        double[] shares = new double[probabilities.length];
        double[][] rows = states.toDoubleMatrix();
        for (double[] row : rows) {
            int index = 0;
            for (int i = 0; i < row.length; i++) {
                assertThat(row[i]).isIn(0.0, 1.0);
                index |= (int) row[i] << i;
            }
            shares[index] += 1.0 / CHAINS;
        }
        double distance = 0;
        for (int s = 0; s < shares.length; s++) {
            distance += 0.5 * Math.abs(shares[s] - probabilities[s]);
        }
        return distance;
    }

    /** Starts exactly at the distribution and returns how far from it the binary layer is after some sweeps. */
    private static double distanceAfter(int sweeps, Case tried, double beta, boolean meansInPlaceOfSamples) {
        SmallModel model = tried.model();
        var rbm = model.rbm();
        Conditions at = Conditions.at(beta).withDocumentLength(tried.documentLength());
        LayerStates visible = new LayerStates(rbm.visible(), DataType.DOUBLE, CHAINS, rbm.visibleWidth());
        LayerStates hidden = new LayerStates(rbm.hidden(), DataType.DOUBLE, CHAINS, rbm.hiddenWidth());
        LayerStates binary = model.binaryHidden() ? hidden : visible;
        LayerStates other = model.binaryHidden() ? visible : hidden;
        double[] betas = new double[CHAINS];
        Arrays.fill(betas, beta);
        visible.tempering().setInverseTemperatures(betas);
        hidden.tempering().setInverseTemperatures(betas);
        binary.present(model.binaryStates(CHAINS, at, new Random(3)), (row, values) -> {});
        if (rbm.visible().countsWords()) {
            double[] lengths = new double[CHAINS];
            Arrays.fill(lengths, tried.documentLength());
            hidden.setLengths(lengths);
        }
        RandomStreams down = RandomStreams.of(4).split("down");
        RandomStreams up = RandomStreams.of(4).split("up");
        for (int sweep = 0; sweep < sweeps; sweep++) {
            Draw draw = meansInPlaceOfSamples ? Draw.MEAN : Draw.SAMPLE;
            if (model.binaryHidden()) {
                GibbsSampler.visibleGivenHidden(rbm, hidden, visible, draw, down, sweep);
            } else {
                GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, draw, down, sweep);
            }
            if (meansInPlaceOfSamples) {
                double[] scales = (model.binaryHidden() ? rbm.visible() : rbm.hidden())
                        .scales(Math.toIntExact(other.means().size(1)));
                other.present(other.means().dup(), (row, values) -> {
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= scales[i];
                    }
                });
            }
            if (model.binaryHidden()) {
                GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, up, sweep);
            } else {
                GibbsSampler.visibleGivenHidden(rbm, hidden, visible, Draw.SAMPLE, up, sweep);
            }
        }
        return totalVariation(binary.samples(), model.probabilities(at));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void chainsKeepTheDistributionOfTheModel(Case tried) {
        double bound =
                4 * floor(tried.model().probabilities(Conditions.PLAIN.withDocumentLength(tried.documentLength())));
        for (int sweeps : new int[] {1, 4, 16}) {
            assertThat(distanceAfter(sweeps, tried, 1, false))
                    .as("%d sweeps", sweeps)
                    .isLessThan(bound);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void temperedChainsKeepTheTemperedDistribution(Case tried) {
        Conditions at = Conditions.at(0.5).withDocumentLength(tried.documentLength());
        assertThat(distanceAfter(8, tried, 0.5, false))
                .isLessThan(4 * floor(tried.model().probabilities(at)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aKernelThatHandsOnMeansInsteadOfSamplesIsCaught(Case tried) {
        double bound =
                4 * floor(tried.model().probabilities(Conditions.PLAIN.withDocumentLength(tried.documentLength())));
        assertThat(distanceAfter(16, tried, 1, true)).isGreaterThan(bound);
    }

    /** Why noisy rectified units with their practical samples are no case above. */
    @Test
    void theRectifiedApproximationIsCaught() {
        SmallModel exact = SmallModel.random(new Bernoulli(), NoisyRelu.exact(), 4, 3, 0.9, 1, 19);
        SmallModel rectified = SmallModel.random(new Bernoulli(), NoisyRelu.rectified(), 4, 3, 0.9, 1, 19);
        Case tried = new Case("rectified", rectified, 1);
        assertThat(distanceAfter(16, tried, 1, false)).isGreaterThan(4 * floor(exact.probabilities(Conditions.PLAIN)));
    }

    /** Documents of different length in one batch are different models. */
    @Test
    void everyDocumentKeepsItsLengthAndIsDrawnFromTheModelOfThatLength() {
        SmallModel model = SmallModel.random(new ReplicatedSoftmax(), new Bernoulli(), 5, 3, 0.8, 3, 17);
        LayerStates hidden = new LayerStates(model.rbm().hidden(), DataType.DOUBLE, 2 * CHAINS, 3);
        LayerStates visible = new LayerStates(model.rbm().visible(), DataType.DOUBLE, 2 * CHAINS, 5);
        Conditions brief = Conditions.PLAIN.withDocumentLength(1);
        Conditions extended = Conditions.PLAIN.withDocumentLength(9);
        INDArray start = Nd4j.vstack(
                model.binaryStates(CHAINS, brief, new Random(5)), model.binaryStates(CHAINS, extended, new Random(6)));
        hidden.present(start, (row, values) -> {});
        double[] lengths = new double[2 * CHAINS];
        Arrays.fill(lengths, 0, CHAINS, 1);
        Arrays.fill(lengths, CHAINS, 2 * CHAINS, 9);
        hidden.setLengths(lengths);
        RandomStreams streams = RandomStreams.of(8);
        for (int sweep = 0; sweep < 8; sweep++) {
            GibbsSampler.visibleGivenHidden(model.rbm(), hidden, visible, Draw.SAMPLE, streams.split("v"), sweep);
            GibbsSampler.hiddenGivenVisible(model.rbm(), visible, hidden, Draw.SAMPLE, streams.split("h"), sweep);
        }
        assertThat(visible.samples().sum(1).toDoubleVector()).containsExactly(lengths);
        double[][] states = hidden.samples().toDoubleMatrix();
        INDArray ofBrief = Nd4j.createFromArray(Arrays.copyOfRange(states, 0, CHAINS));
        INDArray ofExtended = Nd4j.createFromArray(Arrays.copyOfRange(states, CHAINS, 2 * CHAINS));
        double[] p = model.probabilities(brief);
        double[] q = model.probabilities(extended);
        assertThat(totalVariation(ofBrief, p)).isLessThan(4 * floor(p));
        assertThat(totalVariation(ofExtended, q)).isLessThan(4 * floor(q));
        assertThat(totalVariation(ofBrief, q))
                .as("the lengths make a difference")
                .isGreaterThan(4 * floor(q));
    }
}
