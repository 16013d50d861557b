package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.boltzmann4j.hostile.Recorder;
import org.boltzmann4j.hostile.Zips;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointEnergyLoss;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Mixed;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.variational.GaussianReconstructionDistribution;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** What is read is what was written; what is refused is in {@code HostileModelTest}. */
class ModelReaderTest {

    @TempDir
    Path directory;

    private File file() {
        return directory.resolve("model.zip").toFile();
    }

    private static DataSet data(DataType type, int features) {
        return new DataSet(Nd4j.rand(type, 6, features), Networks.labels(type, 6));
    }

    private static MultiLayerNetwork trained(DataType type) {
        MultiLayerNetwork network = Networks.initialised(Networks.base(type)
                .updater(new Nesterovs(0.01, 0.9))
                .list()
                // RBM layers take no half precision.
                .layer(
                        type == DataType.FLOAT16
                                ? new DenseLayer.Builder().nIn(7).nOut(5).build()
                                : Networks.rbm(7, 5).build())
                .layer(Networks.output(5))
                .build());
        network.fit(data(type, 7));
        network.fit(data(type, 7));
        return network;
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE", "HALF"})
    void aNetworkComesBackBitForBitWithTheStateOfItsUpdater(DataType type) throws IOException {
        MultiLayerNetwork network = trained(type);
        network.save(file(), true);

        MultiLayerNetwork read = ModelReader.standard().network(file());
        assertThat(read.getLayerWiseConfigurations()).isEqualTo(network.getLayerWiseConfigurations());
        assertThat(read.params()).isEqualTo(network.params());
        INDArray state = network.getUpdater().getStateViewArray();
        assertThat(state.maxNumber().doubleValue()).as("something to restore").isPositive();
        assertThat(read.getUpdater().getStateViewArray()).isEqualTo(state);
        assertThat(read.getIterationCount()).isEqualTo(2);

        DataSet next = data(type, 7);
        network.fit(next);
        read.fit(next);
        assertThat(read.params()).isEqualTo(network.params());
    }

    @Test
    void aGraphComesBackBitForBitWithTheStateOfItsUpdater() throws IOException {
        ComputationGraph graph = new ComputationGraph(Networks.base(DataType.FLOAT)
                .updater(new Nesterovs(0.1, 0.9))
                .graphBuilder()
                .addInputs("in.put")
                .addLayer("rbm.1", Networks.rbm(7, 5).build(), "in.put")
                .addLayer("type", new DenseLayer.Builder().nIn(7).nOut(5).build(), "in.put")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "rbm.1", "type")
                .addVertex("both", new MergeVertex(), "sum", "in.put")
                .addLayer("out", Networks.output(12), "both")
                .setOutputs("out")
                .build());
        graph.init();
        graph.fit(data(DataType.FLOAT, 7));
        graph.save(file(), true);

        ComputationGraph read = ModelReader.standard().graph(file());
        assertThat(read.getConfiguration()).isEqualTo(graph.getConfiguration());
        assertThat(read.params()).isEqualTo(graph.params());
        assertThat(read.getUpdater().getStateViewArray())
                .isEqualTo(graph.getUpdater().getStateViewArray());
        INDArray features = data(DataType.FLOAT, 7).getFeatures();
        assertThat(read.outputSingle(features)).isEqualTo(graph.outputSingle(features));
    }

    @Test
    void anUpdaterWithoutStateAndANetworkWithoutParametersAreRead() throws IOException {
        MultiLayerNetwork plain = Networks.stack(DataType.FLOAT, 4, 3);
        plain.save(file(), true);
        assertThat(ModelReader.standard().network(file()).params()).isEqualTo(plain.params());

        Networks.initialised(Networks.base(DataType.FLOAT)
                        .list()
                        .layer(new ActivationLayer(Activation.TANH))
                        .build())
                .save(file(), true);
        assertThat(ModelReader.standard().network(file()).numParams()).isZero();
    }

    @Test
    void layersAndSettingsOfTheHostAreAllAllowed() throws IOException {
        MultiLayerConfiguration conf = new NeuralNetConfiguration.Builder()
                .updater(new Adam(new StepSchedule(ScheduleType.EPOCH, 0.1, 0.5, 3)))
                .biasUpdater(new Nesterovs(new MapSchedule.Builder(ScheduleType.ITERATION)
                        .add(0, 0.1)
                        .add(9, 0.01)
                        .build()))
                .l1(0.1)
                .weightDecay(0.01)
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .weightInit(new NormalDistribution(0, 0.3))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(2)
                        .weightNoise(new DropConnect(0.5))
                        .constrainWeights(new MaxNormConstraint(2, 1))
                        .build())
                .layer(new BatchNormalization())
                .layer(new SubsamplingLayer.Builder().build())
                .layer(new FrozenLayer(new DenseLayer.Builder()
                        .nOut(6)
                        .dropOut(new GaussianNoise(0.1))
                        .build()))
                .layer(new VariationalAutoencoder.Builder()
                        .nOut(5)
                        .encoderLayerSizes(4)
                        .decoderLayerSizes(4)
                        .reconstructionDistribution(new GaussianReconstructionDistribution())
                        .build())
                .layer(new RbmLayer.Builder()
                        .nOut(4)
                        .visible(Mixed.of(Mixed.Part.of(new Bernoulli(), 2), Mixed.Part.of(Gaussian.of(1), 3)))
                        .negativePhase(ParallelTempering.of(1, 3, AdaptiveLadder.of(0.3))
                                .withPath(TemperingPath.BASE_RATES))
                        .build())
                .layer(new OutputLayer.Builder(new LossMCXENT(Nd4j.create(new double[] {1, 2, 3})))
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(8, 8, 1))
                .build();
        assertThat(ModelReader.standard().networkConfiguration(conf.toJson())).isEqualTo(conf);

        ComputationGraphConfiguration recurrent = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("lstm", new LSTM.Builder().nIn(3).nOut(4).build(), "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder()
                                .nIn(4)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "lstm")
                .setOutputs("out")
                .build();
        assertThat(ModelReader.standard().graphConfiguration(recurrent.toJson()))
                .isEqualTo(recurrent);
    }

    @Test
    void aNetworkInTheMidstOfJointTrainingIsRead() throws IOException {
        MultiLayerConfiguration conf =
                Networks.base(DataType.DOUBLE).list().layer(Networks.output(4)).build();
        ((OutputLayer) conf.getConf(0).getLayer())
                .setLossFn(new JointEnergyLoss(JointObjective.of(GenerativeTerm.SOFTPLUS, 1)));
        MultiLayerNetwork network = Networks.initialised(conf);
        network.save(file());
        assertThat(ModelReader.standard().network(file()).params()).isEqualTo(network.params());
    }

    @Test
    void normalizersComeBackWithTheirModel() throws IOException {
        MultiLayerNetwork network = Networks.stack(DataType.FLOAT, 4, 3);
        INDArray features = Nd4j.rand(DataType.FLOAT, 9, 4).muli(7);
        DataSet data = new DataSet(features, Networks.labels(DataType.FLOAT, 9));
        NormalizerStandardize labelled = new NormalizerStandardize();
        labelled.fitLabel(true);
        NormalizerMinMaxScaler scaled = new NormalizerMinMaxScaler(-1, 2);
        scaled.fitLabel(true);
        for (DataNormalization normalizer : List.of(
                new NormalizerStandardize(),
                labelled,
                new NormalizerMinMaxScaler(),
                scaled,
                new ImagePreProcessingScaler(0, 2, 3))) {
            normalizer.fit(data);
            StockNetwork.save(network, file(), normalizer);

            assertThat(ModelReader.standard().normalizer(file())).contains(normalizer);
            assertThat(ModelReader.standard().network(file()).output(features))
                    .isEqualTo(StockNetwork.of(network).output(features));
        }
        network.save(file());
        assertThat(ModelReader.standard().normalizer(file())).isEmpty();

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream custom = new DataOutputStream(bytes);
        custom.writeUTF("NORMALIZER");
        custom.writeInt(1);
        custom.writeUTF("CUSTOM");
        custom.writeUTF(Recorder.class.getName());
        Files.write(file().toPath(), Zips.with(HostileModels.good(), "normalizer.bin", bytes.toByteArray()));
        assertThatThrownBy(() -> ModelReader.standard().normalizer(file()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("a normalizer of kind CUSTOM, expected STANDARDIZE, MIN_MAX or IMAGE_MIN_MAX");
    }

    @Test
    void theLimitIsTheCallers() throws IOException {
        trained(DataType.FLOAT).save(file());
        assertThat(ModelReader.standard().withLargest(10_000).network(file()).numParams())
                .isEqualTo(65);
        assertThatThrownBy(() -> ModelReader.standard().withLargest(2_000).network(file()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("expected at most 2000; ModelReader.withLargest");
        for (long wrong : new long[] {0, -1, 1L << 32}) {
            assertThatThrownBy(() -> ModelReader.standard().withLargest(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("model reader: largest = " + wrong + ", expected 1 to 4294967294");
        }
    }

    @Test
    void aFileThatIsNotThereIsNoFormatError() {
        assertThatThrownBy(() -> ModelReader.standard().network(file())).isInstanceOf(FileNotFoundException.class);
    }
}
