package org.boltzmann4j.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ChainsTest {

    private static final ExactRbm EXACT = ExactRbm.bernoulli(6, 5, 1, 21);
    private static final RandomStreams STREAMS = RandomStreams.of(8).split("chains");

    private static INDArray data(int rows) {
        return Nd4j.createFromArray(EXACT.sample(rows, new Random(4)));
    }

    private static INDArray firstRows(INDArray array, int rows) {
        return array.get(NDArrayIndex.interval(0, rows), NDArrayIndex.all());
    }

    @Test
    void oneSweepMoreIsTheSameWhetherMadeAtOnceOrInParts() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        Chains atOnce = Chains.startedAtVisible(rbm, data(7), STREAMS);
        atOnce.advance(rbm, 5);
        Chains inParts = Chains.startedAtVisible(rbm, data(7), STREAMS);
        inParts.advance(rbm, 2);
        inParts.advance(rbm, 3);
        assertThat(inParts.visible().samples()).isEqualTo(atOnce.visible().samples());
        assertThat(inParts.hidden().samples()).isEqualTo(atOnce.hidden().samples());
        assertThat(inParts.hidden().means()).isEqualTo(atOnce.hidden().means());
    }

    @Test
    void aChainDoesNotDependOnHowManyOthersRunBesideIt() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        Chains few = Chains.startedAtVisible(rbm, data(3), STREAMS);
        Chains many = Chains.startedAtVisible(rbm, data(200), STREAMS);
        few.advance(rbm, 10);
        many.advance(rbm, 10);
        assertThat(firstRows(many.visible().samples(), 3))
                .isEqualTo(few.visible().samples());
    }

    @Test
    void chainsOfDifferentRowsAndSweepsUseDifferentRandomNumbers() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        INDArray same = Nd4j.zeros(DataType.DOUBLE, 60, 6);
        Chains chains = Chains.startedAtVisible(rbm, same, STREAMS);
        chains.advance(rbm, 1);
        INDArray first = chains.visible().samples().dup();
        chains.advance(rbm, 1);
        assertThat(first.std(0).minNumber().doubleValue()).as("rows differ").isPositive();
        assertThat(chains.visible().samples()).isNotEqualTo(first);
    }

    @Test
    void afterASweepMeansAndSumsBelongToTheSamples() {
        for (ExactRbm exact : new ExactRbm[] {EXACT, ExactRbm.gaussian(6, 5, 1, 22)}) {
            Rbm rbm = exact.model(DataType.DOUBLE);
            Chains chains = Chains.startedAtVisible(rbm, Nd4j.createFromArray(exact.sample(9, new Random(4))), STREAMS);
            chains.advance(rbm, 3);
            INDArray v = chains.visible().values();
            // Rounding of a few additions, and twice the bound of the row sigmoid.
            assertThat(chains.hidden().means().equalsWithEps(rbm.meanHiddenGivenVisible(v), 1e-11))
                    .isTrue();
            assertThat(chains.visible().sampleSums())
                    .containsExactly(chains.visible().samples().sum(0).toDoubleVector(), within(1e-11));
            assertThat(chains.hidden().meanSums())
                    .containsExactly(chains.hidden().means().sum(0).toDoubleVector(), within(1e-11));
            assertThat(chains.hidden().sampleSums())
                    .containsExactly(chains.hidden().samples().sum(0).toDoubleVector(), within(1e-11));
            for (int i = 0; i < 6; i++) {
                assertThat(v.getDouble(0, i))
                        .isCloseTo(chains.visible().samples().getDouble(0, i) * exact.sigma(i), within(1e-12));
            }
        }
    }

    @Test
    void moreChainsThanStartsRepeatTheStarts() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        LayerStates start = new LayerStates(new Bernoulli(), DataType.DOUBLE, 3, 5);
        start.present(
                Nd4j.createFromArray(new double[][] {{1, 0, 0, 0, 0}, {0, 1, 0, 1, 0}, {1, 1, 1, 1, 1}}), (r, x) -> {});
        Chains chains = Chains.startedAt(rbm, start, 7, STREAMS);
        assertThat(chains.hidden().rows()).isEqualTo(7);
        for (int row = 0; row < 7; row++) {
            assertThat(chains.hidden().samples().getRow(row))
                    .isEqualTo(start.samples().getRow(row % 3));
        }
        assertThat(chains.hidden().sampleSums()).containsExactly(5, 4, 2, 4, 2);
    }

    @Test
    void aSmallerAndThenALargerBatchLeaveNothingBehind() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        LayerStates used = new LayerStates(new Bernoulli(), DataType.DOUBLE, 8, 6);
        LayerStates usedHidden = new LayerStates(new Bernoulli(), DataType.DOUBLE, 8, 5);
        for (int rows : new int[] {8, 3, 12, 5, 8}) {
            used.present(data(rows), (row, values) -> {});
            GibbsSampler.hiddenGivenVisible(rbm, used, usedHidden, Draw.MEAN_AND_SAMPLE, STREAMS, rows);
            LayerStates fresh = new LayerStates(new Bernoulli(), DataType.DOUBLE, rows, 6);
            LayerStates freshHidden = new LayerStates(new Bernoulli(), DataType.DOUBLE, rows, 5);
            fresh.present(data(rows), (row, values) -> {});
            GibbsSampler.hiddenGivenVisible(rbm, fresh, freshHidden, Draw.MEAN_AND_SAMPLE, STREAMS, rows);
            assertThat(used.rows()).isEqualTo(rows);
            assertThat(used.samples()).isEqualTo(fresh.samples());
            assertThat(usedHidden.samples()).isEqualTo(freshHidden.samples());
            assertThat(usedHidden.means()).isEqualTo(freshHidden.means());
            assertThat(usedHidden.meanSums()).containsExactly(freshHidden.meanSums());
            assertThat(usedHidden.sampleSums()).containsExactly(freshHidden.sampleSums());
        }
    }

    @Test
    void restartedChainsGoOnWithFreshRandomNumbers() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        LayerStates start = new LayerStates(new Bernoulli(), DataType.DOUBLE, 40, 5);
        Chains chains = Chains.startedAt(rbm, start, 40, STREAMS);
        chains.advance(rbm, 1);
        INDArray first = chains.visible().samples().dup();
        chains.restartAt(start);
        assertThat(chains.hidden().samples()).isEqualTo(start.samples());
        chains.advance(rbm, 1);
        assertThat(chains.visible().samples()).isNotEqualTo(first);
        start.resize(11);
        chains.restartAt(start);
        chains.advance(rbm, 1);
        assertThat(chains.visible().rows()).isEqualTo(11);
    }

    @Test
    void whatIsNotAskedForIsLeftAlone() {
        Rbm rbm = EXACT.model(DataType.DOUBLE);
        LayerStates visible = new LayerStates(new Bernoulli(), DataType.DOUBLE, 4, 6);
        visible.present(data(4), (row, values) -> {});
        LayerStates hidden = new LayerStates(new Bernoulli(), DataType.DOUBLE, 4, 5);
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.MEAN, STREAMS, 0);
        assertThat(hidden.samples().sumNumber().doubleValue()).isZero();
        INDArray means = hidden.means().dup();
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.SAMPLE, STREAMS, 0);
        assertThat(hidden.means()).isEqualTo(means);
        INDArray samples = hidden.samples().dup();
        GibbsSampler.hiddenGivenVisible(rbm, visible, hidden, Draw.MEAN_AND_SAMPLE, STREAMS, 0);
        assertThat(hidden.samples())
                .as("the same numbers with and without means")
                .isEqualTo(samples);
    }

    @Test
    void presentedValuesAreKeptDividedByTheScaleAndComeBackAsTheyWere() {
        LayerStates states = new LayerStates(Gaussian.of(0.5, 4), DataType.DOUBLE, 2, 2);
        INDArray values = Nd4j.createFromArray(new double[][] {{1, 2}, {3, 4}});
        states.present(values, (row, x) -> x[0] += row);
        assertThat(states.samples()).isEqualTo(Nd4j.createFromArray(new double[][] {{2, 0.5}, {8, 1}}));
        assertThat(states.values()).isEqualTo(Nd4j.createFromArray(new double[][] {{1, 2}, {4, 4}}));
        assertThat(states.sampleSums()).containsExactly(10, 1.5);
        assertThat(values).isEqualTo(Nd4j.createFromArray(new double[][] {{1, 2}, {3, 4}}));
        assertThatThrownBy(() -> states.present(Nd4j.create(DataType.DOUBLE, 2, 3), (row, x) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("states: expected shape [rows, 2], got [2, 3]");
    }
}
