package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.boltzmann4j.hostile.Zips;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Softmax;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Zips of the real Deeplearning4j 0.9.1. */
class LegacyNetworkTest {

    @TempDir
    Path directory;

    private LegacyNetwork read(String name) throws IOException {
        return ModelReader.standard().legacyNetwork(write(LegacyFiles.bytes(name + ".zip")));
    }

    private File write(byte[] zip) throws IOException {
        return Files.write(directory.resolve("old.zip"), zip).toFile();
    }

    /** Single precision: two float products of the same numbers in another order. Double: the nine digits of the text. */
    @ParameterizedTest
    @CsvSource({"binary, 1e-6", "gaussian, 1e-6", "settings, 1e-6", "binary-double, 2e-9", "gaussian-double, 1e-8"})
    void everyLayerReturnsWhatItReturnedInDeeplearning4j091(String name, double tolerance) throws IOException {
        MultiLayerNetwork network = read(name).network();
        List<INDArray> expected = LegacyFiles.activations(name);
        for (int i = 0; i < network.getnLayers(); i++) {
            assertClose(activated(network, i, expected.get(i)), expected.get(i + 1), tolerance);
        }
        INDArray inputs = expected.get(0).castTo(network.params().dataType());
        assertClose(network.output(inputs), expected.get(network.getnLayers()), tolerance);
    }

    private static INDArray activated(MultiLayerNetwork network, int layer, INDArray inputs) {
        return network.getLayer(layer)
                .activate(inputs.castTo(network.params().dataType()).dup(), false, LayerWorkspaceMgr.noWorkspaces());
    }

    private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
        assertThat(expected.std(0).maxNumber().doubleValue())
                .as("something to compare")
                .isGreaterThan(1e-3);
        INDArray difference = actual.castTo(DataType.DOUBLE).sub(expected);
        assertThat(difference.amaxNumber().doubleValue()).isLessThan(tolerance);
    }

    @Test
    void rbmsOpenAsRbmLayersWithTheirUnitsAndTheirVisibleBias() throws IOException {
        MultiLayerNetwork binary = read("binary").network();
        RbmLayer second = (RbmLayer) binary.getLayer(1).conf().getLayer();
        assertThat(second.getVisible()).isEqualTo(new Bernoulli());
        assertThat(second.getHidden()).isEqualTo(new Bernoulli());
        assertThat(second.getNegativePhase()).isEqualTo(ContrastiveDivergence.of(3));
        // What stands behind the weights and the hidden bias of the first layer: 6 of the 54 + 9 + 6 numbers.
        INDArray visibleBias = binary.getLayer(0).getParam(RbmParamInitializer.VISIBLE_BIAS_KEY);
        assertThat(visibleBias.length()).isEqualTo(6);
        assertThat(visibleBias.ameanNumber().doubleValue()).isGreaterThan(0.05);

        MultiLayerNetwork gaussian = read("gaussian").network();
        assertThat(((RbmLayer) gaussian.getLayer(0).conf().getLayer()).getVisible())
                .isEqualTo(Gaussian.of(1));
        assertThat(((RbmLayer) gaussian.getLayer(1).conf().getLayer()).getHidden())
                .isEqualTo(Gaussian.of(1));

        MultiLayerNetwork others = read("other-units").network();
        assertThat(((RbmLayer) others.getLayer(0).conf().getLayer()).getHidden())
                .isEqualTo(NoisyRelu.rectified());
        assertThat(((RbmLayer) others.getLayer(2).conf().getLayer()).getHidden())
                .isEqualTo(Softmax.of(6));
        assertThat(((RbmLayer) others.getLayer(3).conf().getLayer()).getVisible())
                .isEqualTo(Softmax.of(6));
    }

    @Test
    void identityAndSoftmaxUnitsReturnWhatTheyReturned() throws IOException {
        MultiLayerNetwork network = read("other-units").network();
        List<INDArray> expected = LegacyFiles.activations("other-units");
        for (int i = 1; i < 5; i++) { // each from its own inputs, since the first layer returns another mean now
            assertClose(activated(network, i, expected.get(i)), expected.get(i + 1), 1e-6);
        }
    }

    @Test
    void settingsOfTrainingAreCarried() throws IOException {
        MultiLayerNetwork network = read("settings").network();
        assertThat(network.getIterationCount()).isEqualTo(4);
        assertThat(network.getLayerWiseConfigurations().getConf(0).getSeed()).isEqualTo(12345);
        RbmLayer rbm = (RbmLayer) network.getLayer(0).conf().getLayer();
        assertThat(rbm.getLayerName()).isEqualTo("features");
        assertThat(rbm.getIDropout()).isEqualTo(new Dropout(0.8));
        assertThat(rbm.getWeightInitFn()).isInstanceOf(WeightInitDistribution.class);
        assertThat(rbm.getGradientNormalization()).isEqualTo(GradientNormalization.ClipElementWiseAbsoluteValue);
        assertThat(rbm.getGradientNormalizationThreshold()).isEqualTo(0.5);
        assertThat(rbm.getRegularization()).containsExactly(new L1Regularization(1e-4), new WeightDecay(2e-4, false));
        assertThat(rbm.getRegularizationBias()).isEmpty();
        IUpdater adam = rbm.getIUpdater();
        assertThat(adam).isInstanceOf(Adam.class);
        assertThat(adam.getLearningRate(3, 0)).isEqualTo(0.1); // of the schedule
        assertThat(adam.getLearningRate(10, 0)).isEqualTo(0.01);
        DenseLayer dense = (DenseLayer) network.getLayer(1).conf().getLayer();
        assertThat(dense.getActivationFn()).isEqualTo(new ActivationLReLU(0.01));
        assertThat(((Nesterovs) dense.getIUpdater()).getMomentum()).isEqualTo(0.7);
        OutputLayer output = (OutputLayer) network.getLayer(3).conf().getLayer();
        assertThat(output.getLossFn()).isInstanceOf(LossNegativeLogLikelihood.class);
    }

    @Test
    void whatCannotBeCarriedIsListed() throws IOException {
        assertThat(read("settings").notCarried())
                .anyMatch(note -> note.startsWith("layer 0 (RBM): sparsity(0.1) replaced the gradient"))
                .anyMatch(note -> note.startsWith("layer 0 (RBM): activation(ReLU) had no effect"))
                .anyMatch(note -> note.startsWith("layer 0 (RBM): preTrainIterations(3)"))
                .anyMatch(note -> note.startsWith("layer 0 (RBM): dropOut(0.8) concerns fit only"))
                .anyMatch(note -> note.startsWith("pretrain(true)"))
                .anyMatch(note -> note.startsWith("penalties:"))
                .anyMatch(note -> note.startsWith("the state of the updaters"))
                .hasSize(7);
        assertThat(read("gaussian").notCarried())
                .anyMatch(
                        note -> note.startsWith("layer 1 (RBM): Gaussian hidden units returned their mean with noise"))
                .hasSize(2);
        assertThat(read("other-units").notCarried())
                .anyMatch(note -> note.startsWith("layer 0 (RBM): rectified hidden units returned max(0, t)"))
                .hasSize(2);
        assertThat(read("binary").notCarried()).hasSize(1);
    }

    @Test
    void aConfigurationAloneOpensToo() throws ModelFormatException {
        String json = new String(
                Zips.entries(LegacyFiles.bytes("binary.zip")).get("configuration.json"), StandardCharsets.UTF_8);
        LegacyConfiguration legacy = ModelReader.standard().legacyConfiguration(json);
        assertThat(legacy.configuration().getConfs()).hasSize(3);
        MultiLayerNetwork network = Networks.initialised(legacy.configuration());
        assertThat(network.numParams()).isEqualTo(6 * 9 + 9 + 6 + 9 * 8 + 8 + 9 + 8 * 3 + 3);
        assertThatThrownBy(() -> ModelReader.standard().networkConfiguration(json))
                .isInstanceOf(ModelFormatException.class);
    }

    @Test
    void anOpenedNetworkPretrainsFitsAndIsSavedInThisRelease() throws IOException {
        MultiLayerNetwork network = read("binary").network();
        INDArray inputs = LegacyFiles.activations("binary").get(0).castTo(DataType.FLOAT);
        Networks.pretrainer(1).build().pretrain(network, Minibatches.of(inputs, 5));
        network.fit(new DataSet(inputs, Networks.labels(DataType.FLOAT, 5)));
        File file = directory.resolve("new.zip").toFile();
        network.save(file);
        assertThat(ModelReader.standard().network(file).output(inputs)).isEqualTo(network.output(inputs));
    }

    @Test
    void otherLayersAndPreprocessorsAreRefusedByName() {
        assertThatThrownBy(() -> read("autoencoder"))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(
                        "layer 1 (autoEncoder): not read; expected RBM, dense, output or activation layers");
        refused(
                "\"inputPreProcessors\" : { }",
                "\"inputPreProcessors\" : {\"0\" : {\"unitVariance\" : {}}}",
                "preprocessors between its layers");
        refused("\"BINARY\"", "\"CUBIC\"", "units of type CUBIC, which is not read");
        refused("\"nin\" : 6", "\"nin\" : 0", "layer 0 (RBM): nin = 0, expected at least 1");
        refused("\"nin\" : 6", "\"nin\" : 7", "coefficients.bin holds ");
        refused("\"NegativeLogLikelihood\"", "\"Own\"", "loss function Own, which is not read");
        refused("\"Softmax\"", "\"Own\"", "activation Own, which is not read");
        refused("\"confs\"", "\"conf\"", "it has no layers");
    }

    private void refused(String text, String other, String message) {
        String json = new String(
                Zips.entries(LegacyFiles.bytes("binary.zip")).get("configuration.json"), StandardCharsets.UTF_8);
        assertThat(json).contains(text);
        byte[] zip = Zips.with(
                LegacyFiles.bytes("binary.zip"),
                "configuration.json",
                json.replace(text, other).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> ModelReader.standard().legacyNetwork(write(zip)))
                .as(other)
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SGD", "NESTEROVS", "ADAM", "ADAMAX", "NADAM", "ADAGRAD", "ADADELTA", "RMSPROP", "NONE"})
    void everyUpdaterIsCarried(String name) throws ModelFormatException {
        LegacyConfiguration legacy = changed("\"updater\" : \"SGD\"", "\"updater\" : \"" + name + "\"");
        IUpdater updater = ((BaseLayer) legacy.configuration().getConf(0).getLayer()).getIUpdater();
        String expected = name.equals("NONE") ? "NoOp" : name;
        assertThat(updater.getClass().getSimpleName()).isEqualToIgnoringCase(expected);
        if (updater.hasLearningRate()) {
            assertThat(updater.getLearningRate(0, 0)).isEqualTo(0.1);
        }
        assertThat(legacy.notCarried()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"updater\" : \"SGD\"|\"updater\" : \"CUSTOM\"|updater(CUSTOM): SGD now",
                "\"learningRatePolicy\" : \"None\"|\"learningRatePolicy\" : \"Poly\"|learningRateDecayPolicy(Poly): the learning rate stays",
                "\"momentumSchedule\" : null|\"momentumSchedule\" : {\"5\" : 0.9}|momentumAfter(...)",
                "\"numIterations\" : 1|\"numIterations\" : 5|iterations(5): every minibatch is one iteration now",
                "\"backprop\" : true|\"backprop\" : false|backprop(false)",
                "\"optimizationAlgo\" : \"STOCHASTIC_GRADIENT_DESCENT\"|\"optimizationAlgo\" : \"LBFGS\"|optimizationAlgo(LBFGS)",
                "\"weightInit\" : \"XAVIER\"|\"weightInit\" : \"SIZE\"|weightInit(SIZE): XAVIER now",
                "\"softmaxClipEps\" : 1.0E-10|\"weights\" : [1, 2]|weights of the loss function: none now"
            })
    void whatHasNoCounterpartIsListed(String text, String other, String note) throws ModelFormatException {
        assertThat(changed(text, other).notCarried()).anyMatch(line -> line.contains(note));
    }

    @Test
    void dropConnectAndRatesOfBiasesAreCarried() throws ModelFormatException {
        Layer layer = changed(
                        "\"dropOut\" : 0.0",
                        "\"dropOut\" : 0.5",
                        "\"useDropConnect\" : false",
                        "\"useDropConnect\" : true")
                .configuration()
                .getConf(2)
                .getLayer();
        assertThat(((BaseLayer) layer).getWeightNoise()).isEqualTo(new DropConnect(0.5));
        assertThat(layer.getIDropout()).isNull();

        BaseLayer rated = (BaseLayer) changed("\"biasLearningRate\" : 0.1", "\"biasLearningRate\" : 0.3")
                .configuration()
                .getConf(0)
                .getLayer();
        assertThat(rated.getBiasUpdater()).isEqualTo(new Sgd(0.3));
        assertThat(rated.getIUpdater()).isEqualTo(new Sgd(0.1));
    }

    private static LegacyConfiguration changed(String... textsAndOthers) throws ModelFormatException {
        String json = new String(
                Zips.entries(LegacyFiles.bytes("binary.zip")).get("configuration.json"), StandardCharsets.UTF_8);
        for (int i = 0; i < textsAndOthers.length; i += 2) {
            assertThat(json).contains(textsAndOthers[i]);
            json = json.replace(textsAndOthers[i], textsAndOthers[i + 1]);
        }
        return ModelReader.standard().legacyConfiguration(json);
    }
}
