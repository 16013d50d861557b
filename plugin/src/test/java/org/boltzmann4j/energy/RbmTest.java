package org.boltzmann4j.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.boltzmann4j.exact.ExactRbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RbmTest {

    /** Rounding of a few dozen additions of numbers below 100; a wrong term would be off by far more. */
    private static final double ROUNDING = 1e-11;

    @Property(tries = 30, seed = "42")
    void freeEnergyIsMinusLogOfTheSummedBoltzmannFactors(
            @ForAll @IntRange(min = 1, max = 6) int visible,
            @ForAll @IntRange(min = 1, max = 6) int hidden,
            @ForAll boolean gaussian,
            @ForAll long seed) {
        ExactRbm exact =
                gaussian ? ExactRbm.gaussian(visible, hidden, 1, seed) : ExactRbm.bernoulli(visible, hidden, 1, seed);
        Rbm rbm = exact.model(DataType.DOUBLE);
        double[][] v = exact.sample(7, new Random(seed));
        double[] expected = Arrays.stream(v).mapToDouble(exact::freeEnergy).toArray();
        assertThat(rbm.freeEnergy(Nd4j.createFromArray(v))).containsExactly(expected, within(ROUNDING));
    }

    @Property(tries = 20, seed = "42")
    void freeEnergyDoesNotDependOnTheOrderOfTheUnits(
            @ForAll @IntRange(min = 2, max = 9) int visible,
            @ForAll @IntRange(min = 2, max = 9) int hidden,
            @ForAll long seed) {
        Rbm rbm = ExactRbm.bernoulli(visible, hidden, 1, seed).model(DataType.DOUBLE);
        INDArray v = Nd4j.createFromArray(
                ExactRbm.bernoulli(visible, hidden, 1, seed).sample(5, new Random(seed)));
        INDArray reversedVisible = Nd4j.reverse(Nd4j.arange(visible).castTo(DataType.INT64));
        INDArray reversedHidden = Nd4j.reverse(Nd4j.arange(hidden).castTo(DataType.INT64));
        int[] rows = reversedVisible.toIntVector();
        int[] columns = reversedHidden.toIntVector();
        Rbm permuted = Rbm.of(
                new Bernoulli(),
                new Bernoulli(),
                rbm.weights().getRows(rows).getColumns(columns),
                Nd4j.createFromArray(picked(rbm.visibleBias(), rows)),
                Nd4j.createFromArray(picked(rbm.hiddenBias(), columns)));
        assertThat(permuted.freeEnergy(v.getColumns(rows))).containsExactly(rbm.freeEnergy(v), within(ROUNDING));
    }

    @Property(tries = 20, seed = "42")
    void flippingTheMeaningOfZeroAndOneShiftsTheFreeEnergyByAConstant(
            @ForAll @IntRange(min = 1, max = 6) int visible,
            @ForAll @IntRange(min = 1, max = 6) int hidden,
            @ForAll long seed) {
        Rbm rbm = ExactRbm.bernoulli(visible, hidden, 1, seed).model(DataType.DOUBLE);
        // v -> 1 - v: W -> -W, b -> -b, c -> c + sum_i W_i; F then differs by sum_i b_i.
        Rbm flipped = Rbm.of(
                new Bernoulli(),
                new Bernoulli(),
                rbm.weights().neg(),
                rbm.visibleBias().neg(),
                rbm.hiddenBias().add(rbm.weights().sum(0)));
        INDArray v = Nd4j.createFromArray(
                ExactRbm.bernoulli(visible, hidden, 1, seed).sample(5, new Random(seed)));
        double constant = rbm.visibleBias().sumNumber().doubleValue();
        double[] expected =
                Arrays.stream(rbm.freeEnergy(v)).map(f -> f + constant).toArray();
        assertThat(flipped.freeEnergy(v.rsub(1))).containsExactly(expected, within(ROUNDING));
    }

    @Test
    void argumentsAreNotModifiedAndMayBeViewsOfAnyLayout() {
        for (ExactRbm exact : new ExactRbm[] {ExactRbm.bernoulli(4, 3, 1, 5), ExactRbm.gaussian(4, 3, 1, 5)}) {
            Rbm rbm = exact.model(DataType.DOUBLE);
            INDArray v = Nd4j.createFromArray(exact.sample(6, new Random(1)));
            INDArray h = Nd4j.createFromArray(
                    new double[][] {{1, 0, 1}, {0, 1, 1}, {0, 0, 0}, {1, 1, 1}, {1, 0, 0}, {0, 1, 0}});
            double[] energy = rbm.energy(v, h);
            INDArray hiddenMean = rbm.meanHiddenGivenVisible(v);
            INDArray visibleMean = rbm.meanVisibleGivenHidden(h);
            INDArray columnOrder = v.dup('f');
            INDArray hiddenColumnOrder = h.dup('f');
            assertThat(rbm.energy(columnOrder, hiddenColumnOrder)).containsExactly(energy, within(ROUNDING));
            assertThat(rbm.meanHiddenGivenVisible(columnOrder).equalsWithEps(hiddenMean, ROUNDING))
                    .isTrue();
            assertThat(rbm.meanVisibleGivenHidden(hiddenColumnOrder).equalsWithEps(visibleMean, ROUNDING))
                    .isTrue();
            assertThat(columnOrder).isEqualTo(v);
            assertThat(hiddenColumnOrder).isEqualTo(h);
            INDArray fromFloat = rbm.meanHiddenGivenVisible(v.castTo(DataType.FLOAT));
            assertThat(fromFloat.dataType()).isEqualTo(DataType.DOUBLE);
            assertThat(fromFloat.equalsWithEps(hiddenMean, 1e-5)).isTrue(); // float's 6e-8 times inputs below 100
        }
    }

    @Test
    void shapesThatDoNotFitAreRefusedWithTheValueAndWhatWasExpected() {
        INDArray weights = Nd4j.create(DataType.DOUBLE, 3, 2);
        INDArray three = Nd4j.create(DataType.DOUBLE, 3);
        INDArray two = Nd4j.create(DataType.DOUBLE, 2);
        Bernoulli unit = new Bernoulli();
        assertThatThrownBy(() -> Rbm.of(unit, unit, weights, two, three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3, 2]")
                .hasMessageContaining("one bias for each row and column");
        assertThatThrownBy(() -> Rbm.of(Gaussian.of(1, 2), unit, weights, three, two))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 values of sigma")
                .hasMessageContaining("expected 1 or 3");
        Rbm rbm = Rbm.of(unit, unit, weights, three, two);
        assertThatThrownBy(() -> rbm.freeEnergy(Nd4j.create(DataType.DOUBLE, 4, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("visible states")
                .hasMessageContaining("[rows, 3]")
                .hasMessageContaining("[4, 2]");
        assertThatThrownBy(() -> rbm.meanVisibleGivenHidden(Nd4j.create(DataType.DOUBLE, 4, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hidden states")
                .hasMessageContaining("[rows, 2]");
    }

    private static double[] picked(INDArray vector, int[] indices) {
        return Arrays.stream(indices).mapToDouble(vector::getDouble).toArray();
    }
}
