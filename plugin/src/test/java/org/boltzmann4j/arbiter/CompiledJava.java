package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Classes compiled from text. */
final class CompiledJava {

    private CompiledJava() {}

    /**
     * Compiles all classes at once, which starts the compiler once.
     *
     * @param sources by the names of the classes
     * @param directory for the class files
     */
    static ClassLoader of(Map<String, String> sources, Path directory) throws MalformedURLException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        StringWriter messages = new StringWriter();
        List<Source> files = sources.entrySet().stream()
                .map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        boolean success = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        messages,
                        null,
                        null,
                        List.of("-proc:none", "-cp", classPath, "-d", directory.toString()),
                        null,
                        files)
                .call();
        assertThat(success).as("%s%n%s", messages, sources).isTrue();
        return new URLClassLoader(new URL[] {directory.toUri().toURL()}, CompiledJava.class.getClassLoader());
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
