package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class StockNetworkTest {

    /** Sums of a dozen products in another order: relative rounding errors of doubles are far below this. */
    private static final double ROUNDING_OF_DOUBLES = 1e-12;

    @TempDir
    Path directory;

    private static MultiLayerNetwork network(RbmLayer.Builder layer) {
        return initialised(settings()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(layer.nOut(9).build())
                .layer(softmax().build())
                .setInputType(InputType.feedForward(12))
                .build());
    }

    private static NeuralNetConfiguration.Builder settings() {
        return new NeuralNetConfiguration.Builder().seed(17).updater(new Adam(0.01));
    }

    private static OutputLayer.Builder softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).activation(Activation.SOFTMAX);
    }

    private static MultiLayerNetwork initialised(MultiLayerConfiguration configuration) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network;
    }

    private static ComputationGraph graph() {
        ComputationGraph graph = new ComputationGraph(settings()
                .graphBuilder()
                .addInputs("v")
                .addLayer("lower", new RbmLayer.Builder().nOut(7).build(), "v")
                .addLayer("upper", new RbmLayer.Builder().nOut(5).build(), "lower")
                .addLayer("classes", softmax().build(), "upper")
                .setOutputs("classes")
                .setInputTypes(InputType.feedForward(12))
                .build());
        graph.init();
        return graph;
    }

    /** 40 rows of numbers in [0, 1]. */
    private static INDArray features() {
        SplittableRandom random = RandomStreams.of(3).random(0, 0);
        return Nd4j.createFromArray(random.doubles(40 * 12).toArray())
                .castTo(DataType.FLOAT)
                .reshape(40, 12);
    }

    private static DataSetIterator batches() {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, 40, 3);
        for (int i = 0; i < 40; i++) {
            labels.putScalar(i, i % 3, 1);
        }
        return new ExistingDataSetIterator(new DataSet(features(), labels).batchBy(16));
    }

    private static void pretrain(MultiLayerNetwork network) {
        GreedyPretrainer pretrainer =
                GreedyPretrainer.builder().epochs(2).reportProgress(false).build();
        assertThat(pretrainer.pretrain(network, batches()).layers()).hasSize(1);
    }

    private static void pretrain(ComputationGraph graph) {
        GreedyPretrainer pretrainer =
                GreedyPretrainer.builder().epochs(2).reportProgress(false).build();
        assertThat(pretrainer.pretrain(graph, batches()).layers()).hasSize(2);
    }

    private static void assertSameParameters(MultiLayerNetwork actual, MultiLayerNetwork expected) {
        expected.paramTable().forEach((key, value) -> assertSameBits(actual.getParam(key), value, key));
    }

    private static void assertSameBits(INDArray actual, INDArray expected, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.dup('c').reshape(actual.length()).toDoubleVector())
                .as(what)
                .isEqualTo(expected.dup('c').reshape(expected.length()).toDoubleVector());
    }

    private static DenseLayer denseOf(MultiLayerNetwork stock, int layer) {
        return (DenseLayer) stock.getLayerWiseConfigurations().getConf(layer).getLayer();
    }

    private static void assertSameOutputs(MultiLayerNetwork stock, MultiLayerNetwork network) {
        INDArray features = features().castTo(DataType.DOUBLE);
        INDArray outputs = network.output(features);
        assertThat(stock.output(features).equalsWithEps(outputs, ROUNDING_OF_DOUBLES))
                .isTrue();
        assertThat(outputs.std(0).maxNumber().doubleValue())
                .as("outputs depend on the input")
                .isGreaterThan(1e-3);
    }

    @Test
    void weightsAreDividedByTheScalesOfGaussianVisibleUnits() {
        double[] sigma = new double[12];
        for (int i = 0; i < sigma.length; i++) {
            sigma[i] = 0.5 + i % 7;
        }
        MultiLayerNetwork network =
                network(new RbmLayer.Builder().visible(Gaussian.of(sigma)).greyValues(GreyValues.MEANS));
        network.getParam("0_b").assign(Nd4j.linspace(DataType.DOUBLE, -1, 0.25, 9));
        MultiLayerNetwork stock = StockNetwork.of(network);
        assertSameOutputs(stock, network);
        assertThat(stock.getParam("0_W").getDouble(3, 2))
                .isEqualTo(network.getParam("0_W").getDouble(3, 2) / sigma[3]);
    }

    @Test
    void theNewNetworkHasNoVisibleBiasAndSharesNothing() {
        MultiLayerNetwork network = network(new RbmLayer.Builder());
        pretrain(network);
        MultiLayerNetwork before = network.clone();
        MultiLayerNetwork stock = StockNetwork.of(network);
        assertSameOutputs(stock, network);
        assertThat(stock.paramTable().keySet()).containsExactlyInAnyOrder("0_W", "0_b", "1_W", "1_b");
        assertThat(stock.numParams()).isEqualTo(network.numParams() - 12);

        stock.setLearningRate(0.5);
        stock.fit(batches(), 1);
        assertSameParameters(network, before);
        assertThat(network.getLayerWiseConfigurations()).isEqualTo(before.getLayerWiseConfigurations());
        assertThat(((Adam) denseOf(stock, 0).getIUpdater()).getLearningRate()).isEqualTo(0.5);
    }

    @Test
    void theGeneratorThatAllOfNd4jSharesIsNotTouched() {
        MultiLayerNetwork network = network(new RbmLayer.Builder());
        Nd4j.getRandom().setSeed(5);
        double expected = Nd4j.rand(1, 1).getDouble(0);
        Nd4j.getRandom().setSeed(5);
        StockNetwork.of(network);
        assertThat(Nd4j.rand(1, 1).getDouble(0)).isEqualTo(expected);
    }

    @Test
    void everySettingOfTheLayerIsKept() {
        MultiLayerNetwork network = network(new RbmLayer.Builder()
                .name("features")
                .updater(new AdaGrad(0.2))
                .biasUpdater(new Sgd(0.3))
                .l1(1e-3)
                .l2(2e-3)
                .l1Bias(3e-3)
                .weightInit(WeightInit.XAVIER)
                .biasInit(0.25)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(3)
                .dropOut(0.7)
                .weightNoise(new DropConnect(0.9)));
        RbmLayer rbm = (RbmLayer) network.getLayer(0).conf().getLayer();
        DenseLayer dense = denseOf(StockNetwork.of(network), 0);
        assertThat(dense.getLayerName()).isEqualTo("features");
        assertThat(dense.getNIn()).isEqualTo(12);
        assertThat(dense.getNOut()).isEqualTo(9);
        assertThat(dense.hasBias()).isTrue();
        assertThat(dense.getActivationFn()).isInstanceOf(ActivationSigmoid.class);
        assertThat(dense.getIUpdater()).isEqualTo(new AdaGrad(0.2));
        assertThat(dense.getBiasUpdater()).isEqualTo(new Sgd(0.3));
        assertThat(dense.getRegularization()).hasSize(2).isEqualTo(rbm.getRegularization());
        assertThat(dense.getRegularizationBias()).hasSize(1).isEqualTo(rbm.getRegularizationBias());
        assertThat(dense.getWeightInitFn()).isInstanceOf(WeightInitXavier.class);
        assertThat(dense.getBiasInit()).isEqualTo(0.25);
        assertThat(dense.getGradientNormalization()).isEqualTo(GradientNormalization.ClipL2PerLayer);
        assertThat(dense.getGradientNormalizationThreshold()).isEqualTo(3);
        assertThat(dense.getIDropout()).isEqualTo(new Dropout(0.7));
        assertThat(dense.getWeightNoise()).isEqualTo(new DropConnect(0.9));
    }

    @Test
    void constraintsActOnTheParametersThatAreLeft() {
        MultiLayerNetwork network = network(new RbmLayer.Builder()
                .constrainAllParameters(new MaxNormConstraint(2, 1))
                .constrainWeights(new MaxNormConstraint(3, 1)));
        DenseLayer dense = denseOf(StockNetwork.of(network), 0);
        assertThat(dense.getConstraints()).hasSize(2);
        assertThat(dense.getConstraints().get(0).getParams()).containsExactlyInAnyOrder("W", "b");
        assertThat(dense.getConstraints().get(1).getParams()).containsExactly("W");
        RbmLayer rbm = (RbmLayer) network.getLayer(0).conf().getLayer();
        assertThat(rbm.getConstraints().get(0).getParams()).containsExactlyInAnyOrder("W", "b", "vb");
    }

    @Test
    void countersPreprocessorsAndTheSettingsOfTheNetworkAreKept() {
        MultiLayerNetwork network = initialised(settings()
                .list()
                .layer(new RbmLayer.Builder().nOut(9).build())
                .layer(softmax().build())
                .setInputType(InputType.convolutional(3, 4, 1))
                .build());
        network.setIterationCount(12);
        network.setEpochCount(3);
        MultiLayerNetwork stock = StockNetwork.of(network);
        assertThat(stock.getIterationCount()).isEqualTo(12);
        assertThat(stock.getEpochCount()).isEqualTo(3);
        MultiLayerConfiguration conf = stock.getLayerWiseConfigurations();
        assertThat(conf.getInputPreProcess(0)).isInstanceOf(CnnToFeedForwardPreProcessor.class);
        assertThat(conf.getConf(0).getSeed()).isEqualTo(17);
        assertThat(conf.getConf(1))
                .isEqualTo(network.getLayerWiseConfigurations().getConf(1));
        assertSameBits(stock.getParam("1_W"), network.getParam("1_W"), "output layer");
    }

    @Test
    void aFrozenLayerIsFrozenInTheNewNetworkToo() {
        MultiLayerNetwork frozen = new TransferLearning.Builder(network(new RbmLayer.Builder()))
                .setFeatureExtractor(0)
                .build();
        MultiLayerNetwork stock = StockNetwork.of(frozen);
        assertThat(stock.getLayerWiseConfigurations().getConf(0).getLayer())
                .isInstanceOfSatisfying(
                        FrozenLayer.class, layer -> assertThat(layer.getLayer()).isInstanceOf(DenseLayer.class));
        assertSameOutputs(stock, frozen);
        INDArray weights = stock.getParam("0_W").dup();
        stock.fit(batches(), 1);
        assertSameBits(stock.getParam("0_W"), weights, "frozen weights");
        assertSameOutputs(stock.clone(), stock);
    }

    @Test
    void aLayerThatIsFrozenButLetsGradientsThroughIsReplacedInsideItsWrapper() {
        MultiLayerNetwork network = initialised(settings()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new FrozenLayerWithBackprop(
                        new RbmLayer.Builder().nIn(12).nOut(9).build()))
                .layer(softmax().nIn(9).build())
                .build());
        MultiLayerNetwork stock = StockNetwork.of(network);
        assertThat(stock.getLayerWiseConfigurations().getConf(0).getLayer())
                .isInstanceOfSatisfying(FrozenLayerWithBackprop.class, layer -> assertThat(layer.getUnderlying())
                        .isInstanceOf(DenseLayer.class));
        assertThat(network.getLayerWiseConfigurations().getConf(0).getLayer())
                .isInstanceOfSatisfying(FrozenLayerWithBackprop.class, layer -> assertThat(layer.getUnderlying())
                        .isInstanceOf(RbmLayer.class));
        assertSameOutputs(stock, network);
    }

    @Test
    void aGraphGivesTheSameOutputsAndKeepsItsNamesAndCounters() {
        ComputationGraph graph = graph();
        pretrain(graph);
        graph.fit(batches(), 1);
        ComputationGraph frozen = new TransferLearning.GraphBuilder(graph)
                .setFeatureExtractor("lower")
                .nOutReplace("classes", 4, WeightInit.XAVIER)
                .build();
        for (ComputationGraph original : List.of(graph, frozen)) {
            ComputationGraph stock = StockNetwork.of(original);
            assertThat(stock.paramTable().keySet())
                    .containsExactlyInAnyOrder("lower_W", "lower_b", "upper_W", "upper_b", "classes_W", "classes_b");
            assertThat(stock.getConfiguration().getIterationCount())
                    .isEqualTo(original.getConfiguration().getIterationCount());
            assertThat(stock.getConfiguration().getEpochCount())
                    .isEqualTo(original.getConfiguration().getEpochCount());
            assertThat(stock.getConfiguration().toJson()).doesNotContain("boltzmann4j");
            INDArray features = features();
            // Floats: the same sums in another order, then a softmax.
            assertThat(stock.outputSingle(features).equalsWithEps(original.outputSingle(features), 1e-6))
                    .isTrue();
        }
        assertThat(graph.getConfiguration().getIterationCount()).isEqualTo(3);
    }

    @Test
    void aSavedFileReplacesAnOlderOneAndHoldsTheNormalizer() throws IOException {
        MultiLayerNetwork network = network(new RbmLayer.Builder());
        NormalizerMinMaxScaler normalizer = new NormalizerMinMaxScaler();
        normalizer.fit(batches());
        File file = directory.resolve("stock.zip").toFile();
        Files.writeString(file.toPath(), "something older");
        StockNetwork.save(network, file, normalizer);
        assertThat(directory.toFile().list()).containsExactly("stock.zip");
        var read = ModelSerializer.restoreMultiLayerNetworkAndNormalizer(file, true);
        assertSameOutputs(read.getFirst(), network);
        assertThat(read.getSecond()).isEqualTo(normalizer);
    }

    @Test
    void aFileThatCannotBeWrittenLeavesNothingBehind() throws IOException {
        File occupied = directory.resolve("stock.zip").toFile();
        Files.createDirectories(occupied.toPath().resolve("full"));
        assertThatThrownBy(() -> StockNetwork.save(network(new RbmLayer.Builder()), occupied))
                .isInstanceOf(IOException.class);
        assertThat(directory.toFile().list()).containsExactly("stock.zip");
    }

    @Test
    void aNetworkWithoutParametersIsRefused() {
        MultiLayerNetwork network = new MultiLayerNetwork(settings()
                .list()
                .layer(new RbmLayer.Builder().nIn(12).nOut(9).build())
                .layer(softmax().nIn(9).build())
                .build());
        assertThatThrownBy(() -> StockNetwork.of(network))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("init()");
    }
}
