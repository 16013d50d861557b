package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the program of the README as it stands there. */
class ReadmeProgramTest {

    private static final Path README = Path.of("..", "README.md");
    private static final Path DIGITS = Path.of("../examples/src/main/resources/org/boltzmann4j/examples/mnist-sample");
    private static final String HEADING = "A complete program";
    private static final int SECONDS = 90;

    /** The first block of Java after a heading of any level with exactly this text. */
    private static final Pattern PROGRAM =
            Pattern.compile("(?ms)^#+ " + HEADING + "[^\\n]*\\n(?:(?!^#).)*?^```java[^\\n]*\\n(.*?)^```");

    private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?(?:final )?class (\\w+)");

    @TempDir
    Path directory;

    private static String program() throws IOException {
        assertThat(README).as("the README beside the modules").isRegularFile();
        Matcher matcher = PROGRAM.matcher(Files.readString(README));
        assertThat(matcher.find())
                .as("README.md has a heading \"%s\" and under it a block that begins with ```java", HEADING)
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

    /** Run with the directory of the bundled digits as its only argument. */
    @Test
    void theProgramOfTheReadmeCompilesAndRuns() throws Exception {
        String name = compiled(program());
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
}
