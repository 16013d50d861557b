package org.boltzmann4j.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Positive;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Specifications as a user and a file write them. */
class SpecificationsTest {

    private static final ObjectMapper JSON = JsonMappers.getMapper();

    @Property(tries = 40)
    void negativePhasesComeBackFromJsonAndYaml(@ForAll @Positive int k, @ForAll @Positive int chains) throws Exception {
        for (NegativePhase spec : List.of(ContrastiveDivergence.of(k), PersistentContrastiveDivergence.of(k, chains))) {
            assertThat(JSON.readValue(JSON.writeValueAsString(spec), NegativePhase.class))
                    .isEqualTo(spec);
            ObjectMapper yaml = JsonMappers.getMapperYaml();
            assertThat(yaml.readValue(yaml.writeValueAsString(spec), NegativePhase.class))
                    .isEqualTo(spec);
        }
    }

    @Property(tries = 40)
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
