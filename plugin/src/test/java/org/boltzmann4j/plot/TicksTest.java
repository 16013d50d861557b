package org.boltzmann4j.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {

    private static List<String> labels(Ticks ticks) {
        return ticks.labelled().stream().map(Ticks::label).toList();
    }

    @Test
    void linearMarksAreRoundAndEncloseTheData() {
        assertThat(labels(Ticks.linear(0.03, 2.4))).containsExactly("0", "0.5", "1", "1.5", "2", "2.5");
        assertThat(labels(Ticks.linear(-0.02, 0.09)))
                .containsExactly("-0.02", "0", "0.02", "0.04", "0.06", "0.08", "0.1");
        assertThat(labels(Ticks.linear(5, 5))).contains("5");
        assertThat(labels(Ticks.linear(0, 0))).contains("0");
    }

    @Test
    void logarithmicMarksAreTheDecades() {
        Ticks ticks = Ticks.logarithmic(0.02, 30);
        assertThat(labels(ticks)).containsExactly("0.01", "0.1", "1", "10", "100");
        assertThat(ticks.minor()).contains(0.05, 20.0, 90.0);
        assertThat(Ticks.logarithmic(3, 3).labelled()).containsExactly(1.0, 10.0);
        assertThat(labels(Ticks.logarithmic(1e-12, 1))).hasSizeLessThan(9);
    }

    @Test
    void positionsRunFromZeroToOneAlongTheAxis() {
        // a handful of roundings of doubles near 1
        double rounding = 1e-12;
        assertThat(Ticks.linear(0, 2.5).position(1.25)).isEqualTo(0.5, within(rounding));
        assertThat(Ticks.logarithmic(0.01, 100).position(1)).isEqualTo(0.5, within(rounding));
        assertThat(Ticks.logarithmic(0.01, 100).position(0)).isNaN();
    }

    @Test
    void labelsAreShort() {
        assertThat(Ticks.label(0.1 + 0.2)).isEqualTo("0.3");
        assertThat(Ticks.label(1500)).isEqualTo("1500");
        assertThat(Ticks.label(0.0001)).isEqualTo("1e-4");
        assertThat(Ticks.label(-2.5e7)).isEqualTo("-2.5e7");
    }
}
