package org.boltzmann4j.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearningCurvesTest {

    private static final LearningCurves EMPTY =
            LearningCurves.of("Errors", "epoch", "error, %").withSize(500, 320);
    private static final LearningCurves TWO =
            EMPTY.withCurve("falling", 4, 2, 1, 0.5).withCurve("rising", new double[] {1, 4}, new double[] {1, 3});

    /** A main program for another JVM: draws two charts and says by what means. */
    static final class Draws {
        private Draws() {}

        public static void main(String[] arguments) throws IOException {
            TWO.write(Path.of(arguments[0]).resolve("linear.png"));
            TWO.withLogarithmicY().write(Path.of(arguments[0]).resolve("logarithmic.png"));
            System.out.println("letters: " + Lettering.works());
        }
    }

    private static long pixelsOf(Color colour, BufferedImage image) {
        return Arrays.stream(image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
                .filter(rgb -> isNearly(colour, new Color(rgb)))
                .count();
    }

    /**
     * A line of 1.5 pixels need not cover any pixel whole, but covers some to three quarters, which leaves each channel within a
     * quarter of 255. Everything that is no curve is grey.
     */
    private static boolean isNearly(Color colour, Color found) {
        int[] channels = {found.getRed(), found.getGreen(), found.getBlue()};
        boolean grey = Arrays.stream(channels).max().orElseThrow()
                        - Arrays.stream(channels).min().orElseThrow()
                < 40;
        return !grey
                && Math.abs(found.getRed() - colour.getRed()) <= 64
                && Math.abs(found.getGreen() - colour.getGreen()) <= 64
                && Math.abs(found.getBlue() - colour.getBlue()) <= 64;
    }

    private static BufferedImage plain(LearningCurves curves) {
        String before = System.getProperty(Lettering.PLAIN_PROPERTY);
        System.setProperty(Lettering.PLAIN_PROPERTY, "true");
        try {
            return curves.render();
        } finally {
            if (before == null) {
                System.clearProperty(Lettering.PLAIN_PROPERTY);
            } else {
                System.setProperty(Lettering.PLAIN_PROPERTY, before);
            }
        }
    }

    static Stream<LearningCurves> charts() {
        return Stream.of(
                TWO,
                TWO.withLogarithmicY(),
                EMPTY.withCurve("a point", 3),
                EMPTY.withCurve("a point", 3).withLogarithmicY(),
                EMPTY.withCurve("constant", 2, 2, 2),
                EMPTY.withCurve("gap", 2, Double.NaN, 3, 4, Double.POSITIVE_INFINITY, 5),
                EMPTY.withCurve("zeros", 0, 0, 0),
                EMPTY.withCurve("zero on a logarithmic axis", 1, 0, 0.1, -3).withLogarithmicY(),
                EMPTY.withCurve("tiny", new double[] {0, 1e-9}, new double[] {1e-30, 2e-30}),
                EMPTY.withCurve("huge", new double[] {0, 1e12}, new double[] {-1e30, 2e30}),
                EMPTY.withCurve("backwards", new double[] {3, 2, 1}, new double[] {1, 2, 3}));
    }

    @ParameterizedTest
    @MethodSource("charts")
    void everyChartComesOutWithItsCurveByBothDrawers(LearningCurves curves) {
        for (BufferedImage image : List.of(plain(curves), curves.render())) {
            assertThat(image.getWidth()).isEqualTo(500);
            assertThat(image.getHeight()).isEqualTo(320);
            // the smallest mark of a curve is the dot of a single point, about 3 pixels in radius and smooth at the rim
            assertThat(pixelsOf(ChartStyle.colour(0), image)).isGreaterThan(8);
        }
    }

    @Test
    void everyCurveHasItsOwnColourInTheChartAndInTheLegend() {
        BufferedImage image = plain(TWO);
        assertThat(pixelsOf(ChartStyle.colour(0), image)).isGreaterThan(30);
        assertThat(pixelsOf(ChartStyle.colour(1), image)).isGreaterThan(30);
        assertThat(pixelsOf(ChartStyle.colour(2), image)).isZero();
    }

    @Test
    void manyCurvesWithLongNamesStayWithinThePicture() {
        LearningCurves curves = EMPTY;
        for (int i = 0; i < 16; i++) {
            curves = curves.withCurve("a rather long name of curve " + i, i, i + 1, i);
        }
        BufferedImage image = plain(curves);
        for (int x = 0; x < image.getWidth(); x++) {
            assertThat(image.getRGB(x, image.getHeight() - 1)).isEqualTo(Color.WHITE.getRGB());
        }
    }

    @Test
    void aHigherValueLiesHigher() {
        BufferedImage image = plain(EMPTY.withCurve("rising", 0, 1));
        assertThat(firstRow(image, 450)).isLessThan(firstRow(image, 120));
    }

    private static int firstRow(BufferedImage image, int x) {
        for (int y = 0; y < image.getHeight(); y++) {
            if (isNearly(ChartStyle.colour(0), new Color(image.getRGB(x, y)))) {
                return y;
            }
        }
        throw new AssertionError("no curve at x = " + x);
    }

    @Test
    void aJavaWithoutUsableFontsStillWritesCharts(@TempDir Path directory) throws IOException, InterruptedException {
        // A font configuration that does not exist makes AWT throw the InternalError it throws without libfontconfig.
        String said = draw(
                directory,
                System.getProperty("java.class.path"),
                List.of("-Dsun.awt.fontconfig=/no/such/configuration"));
        assumeFalse(said.contains("letters: true"), "this Java ignores the property that breaks its fonts");
        assertThat(said).contains("letters: false");
        requireCharts(directory);
    }

    @Test
    void withoutXChartOnTheClassPathChartsAreDrawnPlainly(@TempDir Path directory)
            throws IOException, InterruptedException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("xchart"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath).isNotEqualTo(System.getProperty("java.class.path"));
        String said = draw(directory, classPath, List.of());
        assertThat(said).contains("letters: ");
        requireCharts(directory);
    }

    private static String draw(Path directory, String classPath, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-Djava.awt.headless=true"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        command.addAll(List.of(Draws.class.getName(), directory.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static void requireCharts(Path directory) throws IOException {
        for (String name : List.of("linear.png", "logarithmic.png")) {
            assertThat(Files.exists(directory.resolve(name))).isTrue();
            BufferedImage image = ImageIO.read(directory.resolve(name).toFile());
            assertThat(pixelsOf(ChartStyle.colour(0), image)).isGreaterThan(30);
            assertThat(pixelsOf(ChartStyle.colour(1), image)).isGreaterThan(30);
        }
    }

    @Test
    void impossibleChartsAreRefused() {
        assertThatThrownBy(EMPTY::render)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'Errors'");
        assertThatThrownBy(
                        () -> EMPTY.withCurve("below", -1, 0).withLogarithmicY().render())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> EMPTY.withCurve("empty")).hasMessageContaining("'empty'");
        assertThatThrownBy(() -> EMPTY.withCurve("uneven", new double[2], new double[3]))
                .hasMessageContaining("2 and 3");
        assertThatThrownBy(() -> EMPTY.withCurve("x", new double[] {Double.NaN}, new double[1]))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> TWO.withCurve("rising", 1)).hasMessageContaining("already has a curve 'rising'");
        assertThatThrownBy(() -> EMPTY.withSize(100, 500)).hasMessageContaining("100 x 500");
    }

    @Test
    void theArraysOfACurveAreCopied() {
        double[] y = {1, 2, 3};
        LearningCurves curves = EMPTY.withCurve("copied", y);
        BufferedImage before = plain(curves);
        y[2] = 100;
        BufferedImage after = plain(curves);
        assertThat(after.getRGB(0, 0, 500, 320, null, 0, 500)).isEqualTo(before.getRGB(0, 0, 500, 320, null, 0, 500));
    }
}
