package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

class DigitCodesTest {

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        Bars.write(data, 300, 60);
    }

    @Test
    void everyMethodIsJudgedAndDrawn() throws IOException {
        Path out = directory.resolve("out");
        ExampleRun run = ExampleRun.of(
                DigitCodes::new,
                "--data",
                data.toString(),
                "--out",
                out.toString(),
                "--widths",
                "12",
                "--pretrain-epochs",
                "40",
                "--epochs",
                "120");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode methods = run.result().get("methods");
        assertThat(methods.fieldNames()).toIterable().containsExactly("pca", "stack", "autoencoder", "random");
        // Three kinds of bars lie in a plane, which two principal components find; chance is a third.
        assertThat(methods.at("/pca/nearestNeighbourAccuracy").asDouble()).isEqualTo(1);
        assertThat(methods.at("/autoencoder/nearestNeighbourAccuracy").asDouble())
                .isGreaterThan(0.6);
        assertThat(methods.at("/autoencoder/squaredErrorPerPixel").asDouble())
                .isLessThan(methods.at("/stack/squaredErrorPerPixel").asDouble());
        assertThat(out.resolve("codes.png")).isNotEmptyFile();
        assertThat(out.resolve("restored.png")).isNotEmptyFile();
    }

    @Test
    void theUnrolledStackIsItsPassUpAndDown() throws IOException {
        ImageDataSet images = ImageDataSet.readTrain(data);
        Autoencoder method = new Autoencoder(List.of(7, 2), 2, 1);
        MultiLayerNetwork stack = method.stack(images, 1);
        MultiLayerNetwork unrolled = method.network(images, 2);
        method.unroll(stack, unrolled);
        INDArray x = images.range(0, 20).featureMatrix();
        Rbm lower = RbmLayer.modelOf(stack, 0);
        Rbm upper = RbmLayer.modelOf(stack, 1);
        INDArray code = upper.meanHiddenGivenVisible(lower.meanHiddenGivenVisible(x));
        INDArray down = lower.meanVisibleGivenHidden(upper.meanVisibleGivenHidden(code));
        // Single precision through four layers.
        assertThat(method.codes(unrolled, x).equalsWithEps(code, 1e-5)).isTrue();
        assertThat(unrolled.output(x).equalsWithEps(down, 1e-5)).isTrue();
    }

    @Test
    void principalComponentsAreTheDirectionsOfTheLargestVariance() {
        Random random = new Random(4);
        double[][] rows = new double[500][3];
        for (double[] row : rows) {
            double a = 3 * random.nextGaussian();
            double b = random.nextGaussian();
            // Directions (3, 4, 0) / 5 and (-4, 3, 0) / 5, and a third with little.
            row[0] = 1 + 0.6 * a - 0.8 * b;
            row[1] = 2 + 0.8 * a + 0.6 * b;
            row[2] = 0.1 * random.nextGaussian();
        }
        INDArray x = Nd4j.createFromArray(rows);
        PrincipalComponents components = PrincipalComponents.of(x, 2);
        // The sample's axes turn by about (3 / 8) sqrt(1 / 500) = 0.02 against the model's.
        assertThat(Math.abs(components.directions().getDouble(1, 0))).isCloseTo(0.8, within(0.1));
        assertThat(Math.abs(components.directions().getDouble(0, 1))).isCloseTo(0.8, within(0.1));
        INDArray restored = components.decoded(components.codes(x));
        INDArray rest = restored.sub(x);
        assertThat(rest.mul(rest).meanNumber().doubleValue()).isCloseTo(0.01 / 3, within(0.002));
    }

    @Test
    void theNearestNeighbourIsTheOneOfAllDistances() {
        Random random = new Random(7);
        double[][] known = new double[200][2];
        double[][] asked = new double[100][2];
        for (double[][] points : List.of(known, asked)) {
            for (double[] point : points) {
                point[0] = random.nextGaussian();
                point[1] = 5 * random.nextGaussian();
            }
        }
        int[] classes = random.ints(200, 0, 4).toArray();
        int[] nearest = Arrays.stream(asked)
                .mapToInt(point -> {
                    int best = 0;
                    for (int i = 1; i < known.length; i++) {
                        best = distance(point, known[i]) < distance(point, known[best]) ? i : best;
                    }
                    return classes[best];
                })
                .toArray();
        NearestNeighbour neighbour = new NearestNeighbour(Nd4j.createFromArray(known), classes);
        INDArray questions = Nd4j.createFromArray(asked).castTo(DataType.DOUBLE);
        assertThat(neighbour.accuracy(questions, nearest)).isEqualTo(1);
        nearest[3] = 9;
        assertThat(neighbour.accuracy(questions, nearest)).isEqualTo(0.99);
    }

    private static double distance(double[] a, double[] b) {
        return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }

    @Test
    void wrongValuesAreNamed() throws NoSuchMethodException {
        ExampleRun run = ExampleRun.of(DigitCodes::new, "--epochs", "0");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("--epochs 0").contains("expected at least 1");
        // Of a class that is not public the exec plugin cannot call the main method.
        assertThat(DigitCodes.class.getMethod("main", String[].class)).isNotNull();
    }
}
