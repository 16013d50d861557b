package org.boltzmann4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.sampler.Box;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;

class JemRingsTest {

    @TempDir
    private Path directory;

    @Test
    void theWholeProgramComparesBothNetworksAndDrawsTheDensity() throws IOException {
        ExampleRun run =
                ExampleRun.of(JemRings::new, "--out", directory.toString(), "--updates", "400", "--seeds", "2");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = run.result();
        assertThat(result.get("runs").size()).isEqualTo(2);
        for (JsonNode one : result.get("runs")) {
            assertThat(one.get("plain").asDouble()).isBetween(0.0, 1.0);
            // The uniform density of the square has -log 36 = -3.58, of a disc that holds the rings -log(2.5^2 pi) =
            // -2.98,
            // the truth -2.43. Three other seeds have -2.73, -2.79 and -2.70.
            assertThat(one.get("logDensity").asDouble()).isGreaterThan(-2.95);
            // Of all densities the true one gives its points the largest mean log: Gibbs' inequality.
            assertThat(one.get("logDensity").asDouble())
                    .isLessThan(one.get("trueLogDensity").asDouble());
            assertThat(one.get("health").asText()).isNotEqualTo("DIVERGED");
        }
        assertThat(result.get("joint").asDouble())
                .isGreaterThan(result.get("plain").asDouble());
        assertThat(ImageIO.read(directory.resolve("rings.png").toFile())).isNotNull();
    }

    @Test
    void numbersOutOfRangeAreSaidInOneLine() {
        ExampleRun run = ExampleRun.of(JemRings::new, "--out", directory.toString(), "--weight", "0");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().strip()).hasLineCount(1).contains("--weight above 0");
    }

    /** With {@code z_c = a_c x + b} the integral over the unit square is {@code sum_c e^b (e^{a_c} - 1) / a_c}. */
    @Test
    void theGridIntegratesTheDensityOfALinearModel() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(2)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        network.setParam("0_W", Nd4j.createFromArray(new float[][] {{2, -1}, {0, 0}}));
        network.setParam("0_b", Nd4j.createFromArray(new float[][] {{0.5f, 0.5f}}));
        double exact = 0.5 + Math.log((Math.exp(2) - 1) / 2 + (1 - Math.exp(-1)));
        // The midpoint rule is off by at most h^2 / 24 times the second derivative, 4 times the density.
        assertThat(new DensityGrid(Box.of(0, 1), 100).logPartition(JointEnergyModel.of(network)))
                .isCloseTo(exact, Offset.offset(3e-5));
    }

    /** The mean of log q over samples of p is largest for q = p: points with a wrong radius are less likely. */
    @Test
    void theTrueDensityIsThatOfTheRings() {
        INDArray points = Rings.draw(500, RandomStreams.of(3)).getFeatures();
        INDArray closer = points.mul(0.8);
        assertThat(Rings.meanLogDensity(points)).isGreaterThan(Rings.meanLogDensity(closer) + 0.1);
        // The entropy of a ring is about log(2 pi R s sqrt(2 pi e)): 1.36 and 2.15 nats; and log 2 for the choice of
        // the ring.
        double entropy = 0.5 * (entropyOfRing(1.0) + entropyOfRing(2.2)) + Math.log(2);
        // 500 points of a standard deviation of 0.8 nats: 0.036, and three of them.
        assertThat(-Rings.meanLogDensity(points)).isCloseTo(entropy, Offset.offset(0.11));
    }

    private static double entropyOfRing(double radius) {
        return Math.log(2 * Math.PI * radius * 0.15 * Math.sqrt(2 * Math.PI * Math.E));
    }
}
