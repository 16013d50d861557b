package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.LocalFileModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;

class SavingTest {

    @TempDir
    Path directory;

    private static MultiLayerNetwork trained() {
        MultiLayerNetwork network = Digits.pretrained();
        network.fit(Digits.batches(), 2);
        return network;
    }

    private static void assertSame(MultiLayerNetwork loaded, MultiLayerNetwork saved) {
        Digits.assertSameParameters(loaded, saved);
        Digits.assertSameBits(loaded.output(Digits.testFeatures()), saved.output(Digits.testFeatures()), "outputs");
        assertThat(loaded.getLayerWiseConfigurations()).isEqualTo(saved.getLayerWiseConfigurations());
    }

    private static MultiLayerConfiguration unusual() {
        return Digits.settings()
                .l2(1e-4)
                .list()
                .layer(new RbmLayer.Builder()
                        .nOut(7)
                        .visible(Gaussian.of(0.3))
                        .negativePhase(ContrastiveDivergence.of(3))
                        .greyValues(GreyValues.MEANS)
                        .dropOut(0.8)
                        .build())
                .layer(Digits.softmax().build())
                .setInputType(InputType.feedForward(784))
                .build();
    }

    @Test
    void aConfigurationIsTheSameAfterJson() {
        for (MultiLayerConfiguration conf : List.of(unusual(), Digits.configuration(Digits.settings()))) {
            assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
        }
    }

    @Test
    void theJsonOfAnRbmLayerHoldsItsSpecificationsAndNothingThatFollowsFromThem() {
        String layer = unusual().getConf(0).toJson().replaceAll("\\s", "");
        assertThat(layer)
                .contains("\"visible\":{\"type\":\"gaussian\",\"sigma\":[0.3]}")
                .contains("\"hidden\":{\"type\":\"bernoulli\"}")
                .contains("\"negativePhase\":{\"type\":\"contrastiveDivergence\",\"k\":3}")
                .contains("\"greyValues\":\"MEANS\"")
                .contains("\"visibleBiasFromData\":true");
    }

    @Test
    void aConfigurationIsTheSameAfterYaml() {
        for (MultiLayerConfiguration conf : List.of(unusual(), Digits.configuration(Digits.settings()))) {
            assertThat(MultiLayerConfiguration.fromYaml(conf.toYaml())).isEqualTo(conf);
        }
    }

    @Test
    void aNetworkOfAReadConfigurationWithTheParametersOfAnotherIsThatOther() {
        MultiLayerNetwork network = trained();
        MultiLayerNetwork read = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(
                network.getLayerWiseConfigurations().toJson()));
        read.init(network.params(), true);
        assertSame(read, network);
    }

    @Test
    void aLoadedNetworkIsTheSavedOneAndTrainsOnLikeIt() throws IOException {
        MultiLayerNetwork network = trained();
        File file = directory.resolve("network.zip").toFile();
        network.save(file, true);
        MultiLayerNetwork loaded = MultiLayerNetwork.load(file, true);
        assertSame(loaded, network);

        network.fit(Digits.batches(), 2);
        loaded.fit(Digits.batches(), 2);
        Digits.assertSameParameters(loaded, network);

        Digits.pretrain(network);
        Digits.pretrain(loaded);
        Digits.assertSameParameters(loaded, network);
    }

    @Test
    void aNetworkComesBackFromTheModelSerializerTogetherWithItsNormalizer() throws IOException {
        NormalizerMinMaxScaler normalizer = new NormalizerMinMaxScaler();
        DataSetIterator data = Digits.batches();
        normalizer.fit(data);
        MultiLayerNetwork network = trained();
        File file = directory.resolve("with-normalizer.zip").toFile();
        ModelSerializer.writeModel(network, file, true);
        ModelSerializer.addNormalizerToModel(file, normalizer);

        Pair<MultiLayerNetwork, ?> read = ModelSerializer.restoreMultiLayerNetworkAndNormalizer(file, true);
        assertSame(read.getFirst(), network);
        DataSet digits = Digits.test().toDataSet();
        DataSet same = Digits.test().toDataSet();
        normalizer.transform(digits);
        ((NormalizerMinMaxScaler) read.getSecond()).transform(same);
        Digits.assertSameBits(same.getFeatures(), digits.getFeatures(), "normalised features");
    }

    @Test
    void theBestNetworkOfEarlyStoppingIsReadBackFromItsFile() throws IOException {
        DataSetLossCalculator loss = new DataSetLossCalculator(Digits.test().iterator(50), true);
        EarlyStoppingConfiguration<MultiLayerNetwork> stopping = new EarlyStoppingConfiguration.Builder<
                        MultiLayerNetwork>()
                .epochTerminationConditions(new MaxEpochsTerminationCondition(4))
                .evaluateEveryNEpochs(1)
                .scoreCalculator(loss)
                .modelSaver(new LocalFileModelSaver(directory.toFile()))
                .build();
        MultiLayerNetwork network = Digits.pretrained();
        double before = loss.calculateScore(network);
        EarlyStoppingResult<MultiLayerNetwork> result =
                new EarlyStoppingTrainer(stopping, network, Digits.batches()).fit();

        assertThat(result.getTerminationReason())
                .isEqualTo(EarlyStoppingResult.TerminationReason.EpochTerminationCondition);
        // The score in the result is the host's field of the loaded network, which nothing has computed yet.
        double bestScore = result.getScoreVsEpoch().get(result.getBestModelEpoch());
        assertThat(bestScore).isPositive().isLessThan(before);
        MultiLayerNetwork best = result.getBestModel();
        assertThat(best.getLayer(0).conf().getLayer()).isInstanceOf(RbmLayer.class);
        assertThat(loss.calculateScore(best)).isEqualTo(bestScore);
    }

    @Test
    void aCheckpointOfTheHostIsTheNetworkAtThatTime() {
        MultiLayerNetwork network = Digits.network();
        network.setListeners(new CheckpointListener.Builder(directory.toFile())
                .saveEveryNEpochs(1)
                .keepLast(1)
                .build());
        Digits.pretrain(network);
        assertThat(directory.toFile().list()).as("files written in pretraining").isEmpty();

        network.fit(Digits.batches(), 2);
        MultiLayerNetwork checkpoint = CheckpointListener.loadLastCheckpointMLN(directory.toFile());
        Digits.assertSameParameters(checkpoint, network);
        INDArray outputs = network.output(Digits.testFeatures());
        Digits.assertSameBits(checkpoint.output(Digits.testFeatures()), outputs, "outputs");
    }
}
