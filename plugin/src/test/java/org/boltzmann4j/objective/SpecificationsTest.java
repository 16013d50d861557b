package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Positive;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Specifications as a user and a file write them. */
class SpecificationsTest {

    private static final ObjectMapper JSON = JsonMappers.getMapper();

    @Property(tries = 40, seed = "42")
    void negativePhasesComeBackFromJsonAndYaml(@ForAll @Positive int k, @ForAll @Positive int chains) throws Exception {
        for (NegativePhase spec : List.of(
                ContrastiveDivergence.of(k),
                PersistentContrastiveDivergence.of(k, chains),
                FastPersistentContrastiveDivergence.of(k, chains, 1.0 / k),
                ParallelTempering.of(k, chains, Ladder.linear(1 + k % 20)),
                ParallelTempering.of(k, chains, AdaptiveLadder.of(0.4)).withPath(TemperingPath.BASE_RATES),
                TrajectoryTempering.of(k, chains)
                        .withRules(TrajectoryRules.STANDARD
                                .withAcceptance(0.4, 1.0 / (2.0 + k))
                                .withLadderInterval(k)))) {
            assertThat(JSON.readValue(JSON.writeValueAsString(spec), NegativePhase.class))
                    .isEqualTo(spec);
            ObjectMapper yaml = JsonMappers.getMapperYaml();
            assertThat(yaml.readValue(yaml.writeValueAsString(spec), NegativePhase.class))
                    .isEqualTo(spec);
        }
    }

    @Property(tries = 40, seed = "42")
    void centeringComesBackFromJson(@ForAll boolean enabled, @ForAll @DoubleRange(max = 1) double step)
            throws Exception {
        Centering spec = new Centering(enabled, step);
        assertThat(JSON.readValue(JSON.writeValueAsString(spec), Centering.class))
                .isEqualTo(spec);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void countsBelowOneAreRefusedByName(int bad) {
        assertThatThrownBy(() -> ContrastiveDivergence.of(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("contrastive divergence: k = " + bad + ", expected at least 1");
        assertThatThrownBy(() -> PersistentContrastiveDivergence.of(bad, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("persistent contrastive divergence: k = " + bad + ", expected at least 1");
        assertThatThrownBy(() -> PersistentContrastiveDivergence.of(5, bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("persistent contrastive divergence: chains = " + bad + ", expected at least 1");
    }

    @Property(tries = 40, seed = "42")
    void sparsityTargetsAndDropoutComeBackFromJson(
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double number, @ForAll boolean onWeights) throws Exception {
        SparsityTarget sparsity = new SparsityTarget(number, 1 / number, number, onWeights);
        assertThat(JSON.readValue(JSON.writeValueAsString(sparsity), SparsityTarget.class))
                .isEqualTo(sparsity);
        HiddenUnitDropout dropout = HiddenUnitDropout.retaining(number);
        assertThat(JSON.readValue(JSON.writeValueAsString(dropout), HiddenUnitDropout.class))
                .isEqualTo(dropout);
    }

    @Test
    void sparsityTargetsAndDropoutOutOfRangeAreRefusedByName() {
        refused(() -> SparsityTarget.of(0, 1), "sparsity target: target = 0.0, expected a number above 0 and below 1");
        refused(() -> SparsityTarget.of(Double.NaN, 1), "sparsity target: target = NaN, expected a number above 0");
        refused(() -> SparsityTarget.of(0.1, -1), "sparsity target: strength = -1.0, expected a finite number >= 0");
        refused(() -> SparsityTarget.of(0.1, Double.NaN), "sparsity target: strength = NaN, expected a finite");
        refused(() -> SparsityTarget.of(0.1, 1.0 / 0), "sparsity target: strength = Infinity, expected a finite");
        refused(() -> SparsityTarget.of(0.1, 1).withDecay(1), "sparsity target: decay = 1.0, expected a number in");
        refused(() -> new SparsityTarget(0.1, 1.0, 0.9, null), "sparsity target: onWeights is missing, expected true");
        refused(
                () -> HiddenUnitDropout.retaining(0),
                "hidden-unit dropout: retainProbability = 0.0, expected a number");
        refused(() -> HiddenUnitDropout.retaining(1.01), "hidden-unit dropout: retainProbability = 1.01, expected a");
        refused(
                () -> HiddenUnitDropout.retaining(Double.NaN),
                "hidden-unit dropout: retainProbability = NaN, expected");
        assertThat(SparsityTarget.of(0.1, 0.2)).isEqualTo(new SparsityTarget(0.1, 0.2, 0.9, false));
    }

    @Test
    void laddersThatDoNotRiseToOneAreRefusedByTheirRung() {
        refused(() -> Ladder.of(), "ladder: inverseTemperatures are missing, expected strictly increasing");
        refused(() -> Ladder.of(0, 0.5, 0.5, 1), "ladder: inverseTemperatures[2] = 0.5 after 0.5, expected strictly");
        refused(() -> Ladder.of(0.6, 0.5, 1), "ladder: inverseTemperatures[1] = 0.5 after 0.6, expected strictly");
        refused(() -> Ladder.of(0, 0.5), "ladder: inverseTemperatures end at 0.5, expected 1");
        refused(() -> Ladder.of(-0.1, 1), "ladder: inverseTemperatures[0] = -0.1, expected a number in [0, 1]");
        refused(() -> Ladder.of(0, 1, 1.5), "ladder: inverseTemperatures[2] = 1.5, expected a number in [0, 1]");
        refused(() -> Ladder.of(Double.NaN, 1), "ladder: inverseTemperatures[0] = NaN, expected a number in [0, 1]");
        refused(() -> Ladder.linear(0), "ladder: rungs = 0, expected at least 1");
        refused(() -> Ladder.linear(3, 1), "ladder: lowest = 1.0, expected a number in [0, 1)");
        assertThat(Ladder.linear(5).inverseTemperatures()).containsExactly(0.0, 0.25, 0.5, 0.75, 1.0);
        assertThat(Ladder.linear(3, 0.5).inverseTemperatures()).containsExactly(0.5, 0.75, 1.0);
        assertThat(Ladder.linear(1).inverseTemperatures()).containsExactly(1.0);
        refused(() -> AdaptiveLadder.of(1), "adaptive ladder: aim = 1.0, expected a number in (0, 1)");
        refused(() -> new AdaptiveLadder(0.3, 1, 5, 0.0, 10), "adaptive ladder: rungs = 1, expected at least 2");
        refused(() -> new AdaptiveLadder(0.3, 6, 5, 0.0, 10), "adaptive ladder: largest = 5, expected at least rungs");
        refused(() -> new AdaptiveLadder(0.3, 3, 5, 1.0, 10), "adaptive ladder: lowest = 1.0, expected a number in");
        refused(() -> new AdaptiveLadder(0.3, 3, 5, 0.0, 0), "adaptive ladder: interval = 0, expected at least 1");
    }

    @Test
    void unboundedUnitsNeedWarmthOnTheirWayToTheModel() {
        ParallelTempering cold = ParallelTempering.of(1, 5, Ladder.linear(3));
        refused(
                () -> cold.requireUnits(Gaussian.of(1), new Bernoulli()),
                "parallel tempering with Gaussian[sigma=[1.0]] visible and Bernoulli[] hidden units: the ladder begins at"
                        + " 0, expected a number above 0");
        refused(
                () -> cold.requireUnits(
                        Mixed.of(Mixed.Part.of(Gaussian.of(1), 2), Mixed.Part.of(new Bernoulli(), 1)), new Bernoulli()),
                "parallel tempering with Mixed");
        cold.requireUnits(new Bernoulli(), new Bernoulli());
        cold.withPath(TemperingPath.BASE_RATES).requireUnits(Gaussian.of(1), new Bernoulli());
        ParallelTempering.of(1, 5, Ladder.linear(3, 0.1)).requireUnits(Gaussian.of(1), new Bernoulli());
        refused(
                () -> FastPersistentContrastiveDivergence.of(1, 5, 0.1).requireUnits(Gaussian.of(1), Gaussian.of(1)),
                "fast persistent contrastive divergence with Gaussian");
    }

    @Test
    void rulesOfTrajectoriesAreRefusedByTheirField() {
        TrajectoryRules rules = TrajectoryRules.STANDARD;
        refused(
                () -> rules.withAcceptance(0.3, -0.1),
                "trajectory rules: reverseBelow = -0.1, expected a number in [0, 1)");
        refused(() -> rules.withAcceptance(0.3, Double.NaN), "trajectory rules: reverseBelow = NaN, expected");
        refused(
                () -> rules.withAcceptance(0.1, 0.1),
                "trajectory rules: freezeBelow = 0.1, expected a number above reverseBelow = 0.1 and below 1");
        refused(() -> rules.withAcceptance(1, 0.1), "trajectory rules: freezeBelow = 1.0, expected");
        refused(
                () -> rules.withThermalisation(0.5),
                "trajectory rules: thermalisation = 0.5, expected a finite number of");
        refused(
                () -> rules.withThermalisation(Double.POSITIVE_INFINITY),
                "trajectory rules: thermalisation = Infinity");
        refused(() -> rules.withReservoirFactor(0), "trajectory rules: reservoirFactor = 0, expected at least 1");
        refused(() -> rules.withLadderInterval(0), "trajectory rules: ladderInterval = 0, expected at least 1");
        refused(
                () -> new TrajectoryRules(0.3, 0.1, 20.0, 0.0, 10, 1, 2_000),
                "trajectory rules: thinning = 0.0, expected a finite number above 0");
        refused(
                () -> new TrajectoryRules(0.3, 0.1, 20.0, 2.0, 10, 1, 31),
                "trajectory rules: longest = 31, expected at least 32");
        refused(
                () -> TrajectoryTempering.of(1, 5).requireUnits(new ReplicatedSoftmax(), new Bernoulli()),
                "trajectory tempering with ReplicatedSoftmax[] visible units: refused");
        TrajectoryTempering.of(1, 5).requireUnits(Gaussian.of(1), new Bernoulli());
    }

    private static void refused(ThrowingCallable bad, String message) {
        assertThatThrownBy(bad).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, 1.0001, Double.NaN, Double.POSITIVE_INFINITY})
    void anOffsetStepOutsideOfItsRangeIsRefusedByName(double bad) {
        assertThatThrownBy(() -> Centering.of(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("centering: offsetStep = " + bad + ", expected a number in [0, 1]");
    }

    /** The host's mapper would read 2.7 as 2, "3" as 3 and a missing number as 0. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "k      | {\"type\":\"contrastiveDivergence\"}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":null}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":2.7}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":2.0}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":\"3\"}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":true}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":0}",
                "k      | {\"type\":\"contrastiveDivergence\",\"k\":99999999999}",
                "k      | {\"type\":\"persistentContrastiveDivergence\",\"chains\":5}",
                "k      | {\"type\":\"persistentContrastiveDivergence\",\"k\":1.5,\"chains\":5}",
                "chains | {\"type\":\"persistentContrastiveDivergence\",\"k\":1}",
                "chains | {\"type\":\"persistentContrastiveDivergence\",\"k\":1,\"chains\":-3}",
                "chains | {\"type\":\"persistentContrastiveDivergence\",\"k\":1,\"chains\":1e1}",
                "fastRate | {\"type\":\"fastPersistentContrastiveDivergence\",\"k\":1,\"chains\":5}",
                "fastRate | {\"type\":\"fastPersistentContrastiveDivergence\",\"k\":1,\"chains\":5,\"fastRate\":-1}",
                "k        | {\"type\":\"fastPersistentContrastiveDivergence\",\"k\":1.5,\"chains\":5,\"fastRate\":1}",
                "ladder   | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":5,\"path\":\"TEMPERATURE\"}",
                "path     | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":5,\"ladder\":{\"type\":\"fixed\",\"inverseTemperatures\":[1]}}",
                "chains   | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":2.5}",
                "inverseTemperatures | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":5,\"ladder\":{\"type\":\"fixed\"},\"path\":\"TEMPERATURE\"}",
                "end at 0.5 | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":5,\"ladder\":{\"type\":\"fixed\",\"inverseTemperatures\":[0,0.5]},\"path\":\"TEMPERATURE\"}",
                "aim      | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":5,\"ladder\":{\"type\":\"adaptive\"},\"path\":\"TEMPERATURE\"}",
                "rules    | {\"type\":\"trajectoryTempering\",\"k\":1,\"chains\":5}",
                "k        | {\"type\":\"trajectoryTempering\",\"k\":\"1\",\"chains\":5}",
                "chains   | {\"type\":\"trajectoryTempering\",\"k\":1,\"chains\":0}",
                "reverseBelow | {\"type\":\"trajectoryTempering\",\"k\":1,\"chains\":5,\"rules\":{\"freezeBelow\":0.3}}",
                "reservoirFactor | {\"type\":\"trajectoryTempering\",\"k\":1,\"chains\":5,\"rules\":{\"freezeBelow\":0.3,\"reverseBelow\":0.1,\"thermalisation\":20,\"thinning\":2,\"reservoirFactor\":2.5}}",
                "brownian | {\"type\":\"brownian\"}"
            })
    void badNegativePhasesInJsonAreRefusedByField(String field, String json) {
        assertThatThrownBy(() -> JSON.readValue(json, NegativePhase.class)).hasMessageContaining(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enabled    | {\"offsetStep\":0.1}",
                "offsetStep | {\"enabled\":true}",
                "offsetStep | {\"enabled\":true,\"offsetStep\":null}",
                "offsetStep | {\"enabled\":true,\"offsetStep\":2}",
                "offsetStep | {\"enabled\":true,\"offsetStep\":\"fast\"}",
                "enabled    | {\"enabled\":\"perhaps\",\"offsetStep\":0.1}"
            })
    void badCenteringInJsonIsRefusedByField(String field, String json) {
        assertThatThrownBy(() -> JSON.readValue(json, Centering.class)).hasMessageContaining(field);
    }

    @Test
    void thePlainGradientIsCenteringSwitchedOff() {
        assertThat(Centering.NONE.enabled()).isFalse();
        assertThat(Centering.of(0.5)).isEqualTo(new Centering(true, 0.5));
    }
}
