package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles the programs of the README and of the page on searching as they stand there, and runs the former. */
class ReadmeProgramTest {

    private static final Path README = Path.of("..", "README.md");
    private static final Path DIGITS = Path.of("../examples/src/main/resources/org/boltzmann4j/examples/mnist-sample");
    private static final Path SEARCHING = Path.of("../plugin/docs/search.md");
    private static final int SECONDS = 90;

    private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?(?:final )?class (\\w+)");

    @TempDir
    Path directory;

    /** The first block of Java after a heading of any level that begins with this text. */
    private static String program(Path page, String heading) throws IOException {
        assertThat(page).as("the page beside the modules").isRegularFile();
        Matcher matcher = Pattern.compile("(?ms)^#+ " + heading + "[^\\n]*\\n(?:(?!^#).)*?^```java[^\\n]*\\n(.*?)^```")
                .matcher(Files.readString(page));
        assertThat(matcher.find())
                .as("%s has a heading \"%s\" and under it a block that begins with ```java", page, heading)
                .isTrue();
        return matcher.group(1);
    }

    private String compiled(String program) throws IOException {
        Matcher matcher = CLASS.matcher(program);
        assertThat(matcher.find()).as("the program declares a class").isTrue();
        String name = matcher.group(1);
        Path source = Files.writeString(directory.resolve(name + ".java"), program);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler).as("a JDK, not a JRE").isNotNull();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean success = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-proc:none", "-cp", classPath(), "-d", directory.toString()),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            assertThat(success).as("javac: %s", messages).isTrue();
        }
        return name;
    }

    private static String classPath() {
        // Surefire may start this JVM with a jar that only names the real class path.
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** It wants a data set of its user's; what it does is held by the tests of searches. */
    @Test
    void theProgramOfThePageOnSearchingCompiles() throws Exception {
        assertThat(compiled(program(SEARCHING, "A program"))).isEqualTo("DigitSearch");
    }

    /** Run with the directory of the bundled digits as its only argument. */
    @Test
    void theProgramOfTheReadmeCompilesAndRuns() throws Exception {
        String name = compiled(program(README, "A complete program"));
        String classPath = directory + System.getProperty("path.separator") + classPath();
        ChildJvm child = ChildJvm.run(
                directory,
                classPath,
                SECONDS,
                name,
                DIGITS.toAbsolutePath().normalize().toString());
        assertThat(child.exitCode()).as(child.output()).isZero();
        assertThat(child.output()).as("what it prints").isNotBlank();
    }

    /** The lines under another heading are not a program: they come after one, whose network they use. */
    @Test
    void whatTheReadmeDoesWithAModelCompiles() throws Exception {
        String imports = Stream.of(
                        "org.boltzmann4j.dl4j",
                        "org.boltzmann4j.energy",
                        "org.boltzmann4j.estimate",
                        "org.boltzmann4j.sampler",
                        "org.deeplearning4j.nn.multilayer",
                        "org.nd4j.linalg.api.ndarray",
                        "org.nd4j.linalg.dataset.api.iterator")
                .map(room -> "import " + room + ".*;\n")
                .collect(Collectors.joining());
        assertThat(compiled(imports + "class Use {\n"
                        + "void use(MultiLayerNetwork net, INDArray images, INDArray known, DataSetIterator test) {\n"
                        + program(README, "Use a model") + "}\n}\n"))
                .isEqualTo("Use");
    }
}
