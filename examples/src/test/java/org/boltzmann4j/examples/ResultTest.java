package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTest {

    @Test
    void theLineHoldsTheFiguresInTheOrderInWhichTheyWerePut() {
        Result result = Result.of("probe", 42)
                .with("zeta", 1.5)
                .with("alpha", List.of(1, 2))
                .with("done", true);
        assertThat(result.line())
                .isEqualTo("RESULT {\"example\":\"probe\",\"seed\":42,\"zeta\":1.5,\"alpha\":[1,2],\"done\":true}");
    }

    @Test
    void itIsPrintedAsOneLine() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Result.of("two\nlines", 1).print(new PrintStream(bytes, false, StandardCharsets.UTF_8));
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    }

    @Test
    void whatJsonCannotSayIsRefused() {
        Result result = Result.of("probe", 42);
        assertThatThrownBy(() -> result.with("error", Double.NaN)).hasMessageContaining("figure 'error' is NaN");
        assertThatThrownBy(() -> result.with("errors", List.of(1.0, Double.POSITIVE_INFINITY)))
                .hasMessageContaining("figure 'errors' is Infinity");
        assertThatThrownBy(() -> result.with("thing", new Object())).hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> result.with("seed", 43)).hasMessageContaining("already has a figure 'seed'");
    }
}
