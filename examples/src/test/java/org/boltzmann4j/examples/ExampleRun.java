package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * What a run of an example left.
 *
 * @param code its exit code
 * @param out what it printed to standard output
 * @param err and to standard error
 */
record ExampleRun(int code, String out, String err) {

    /** Makes and runs an example within this JVM. */
    static ExampleRun of(Supplier<?> command, String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream caughtOut = new ByteArrayOutputStream();
        ByteArrayOutputStream caughtErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(caughtOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(caughtErr, true, StandardCharsets.UTF_8));
        try {
            int code = ExampleOptions.run(command.get(), arguments);
            return new ExampleRun(
                    code, caughtOut.toString(StandardCharsets.UTF_8), caughtErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** The figures of the last line. */
    JsonNode result() throws IOException {
        List<String> lines = out.lines().toList();
        String last = lines.get(lines.size() - 1);
        assertThat(last).startsWith("RESULT ");
        return new ObjectMapper().readTree(last.substring("RESULT ".length()));
    }
}
