package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointEnergyLoss;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.JointRow;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

class JointTrainingTest {

    @TempDir
    private Path directory;

    private static JointTraining.Builder training() {
        return JointTraining.builder().bufferSize(120).examplesPerClass(20).dataNoise(0.01);
    }

    private static ILossFunction lossOf(MultiLayerNetwork network) {
        return ((OutputLayer) network.getLayerWiseConfigurations()
                        .getConf(network.getnLayers() - 1)
                        .getLayer())
                .getLossFn();
    }

    @Test
    void weightZeroWithoutNoiseIsPlainTrainingBitForBit() {
        MultiLayerNetwork plain = Blobs.network(new Adam(0.01));
        MultiLayerNetwork joint = plain.clone();
        JointBatches batches = training()
                .objective(JointObjective.of(GenerativeTerm.CD, 0))
                .dataNoise(0)
                .build()
                .batches(joint, Blobs.batches(120, 30, 1));
        assertThat(lossOf(joint)).isInstanceOf(JointEnergyLoss.class);
        plain.fit(Blobs.batches(120, 30, 1), 3);
        joint.fit(batches, 3);
        assertThat(joint.params()).isEqualTo(plain.params());
        assertThat(joint.getUpdater().getStateViewArray())
                .isEqualTo(plain.getUpdater().getStateViewArray());
        assertThat(joint.score()).isEqualTo(plain.score());
        assertThat(joint.getEpochCount()).isEqualTo(3);
        // and with a weight it is not
        JointTraining.finish(joint);
        joint.fit(training().build().batches(joint, Blobs.batches(120, 30, 1)), 1);
        plain.fit(Blobs.batches(120, 30, 1), 1);
        assertThat(joint.params()).isNotEqualTo(plain.params());
    }

    @ParameterizedTest
    @EnumSource
    void theHostsGradientCheckPassesForAllTerms(GenerativeTerm term) {
        MultiLayerNetwork network = Blobs.network(new NoOp(), DataType.DOUBLE, 1);
        JointTraining training =
                training().objective(new JointObjective(term, 0.5, 0.3, 0.01)).build();
        DataSet batch = training.batches(network, Blobs.batches(60, 12, 1)).next();
        assertThat(batch.numExamples()).isEqualTo(36);
        // The host's check asks for this global setting, which newly made arrays then follow.
        Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
        boolean passed;
        try {
            passed = GradientCheckUtil.checkGradients(new GradientCheckUtil.MLNConfig()
                    .net(network)
                    .input(batch.getFeatures())
                    .labels(batch.getLabels())
                    .epsilon(1e-6)
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-9));
        } finally {
            Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
        }
        assertThat(passed).isTrue();
    }

    @Test
    void aMinibatchIsRealRowsThenAsManySamplesInTheBox() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        DataSet data = Blobs.draw(6, 1);
        data.getLabels().getRow(2).assign(0); // a row without a class
        JointBatches batches = training()
                .objective(JointObjective.of(GenerativeTerm.CD, 1).withConditionalWeight(1))
                .build()
                .batches(network, Blobs.batches(60, 12, 1));
        batches.reset();
        JointBatches own = training()
                .objective(JointObjective.of(GenerativeTerm.CD, 1).withConditionalWeight(1))
                .starts(ChainStarts.uniform(Box.of(0, 1)))
                .dataNoise(0)
                .build()
                .batches(network, Blobs.of(data), Blobs.batches(8, 4, 2));
        DataSet batch = own.next();
        // 6 + 4 real, 5 of the classes of the labelled rows, 10 of p(x)
        assertThat(batch.numExamples()).isEqualTo(25);
        assertThat(batch.getFeatures().minNumber().doubleValue()).isNotNegative();
        assertThat(batch.getFeatures().maxNumber().doubleValue()).isLessThanOrEqualTo(1);
        for (int i = 0; i < 6; i++) {
            assertThat(batch.getFeatures().getRow(i))
                    .isEqualTo(data.getFeatures().getRow(i));
        }
        double[] expected = new double[3];
        int[] classes = {0, 1, 0, 1, 2}; // those of the labelled rows, in their order
        for (int i = 0; i < 25; i++) {
            if (i < 6 && i != 2) {
                JointRow.LABELLED.write(i % 3, expected);
            } else if (i < 10) {
                JointRow.UNLABELLED.write(0, expected);
            } else if (i < 15) {
                JointRow.GENERATED_OF_CLASS.write(classes[i - 10], expected);
            } else {
                JointRow.GENERATED.write(0, expected);
            }
            assertThat(batch.getLabels().getRow(i).toFloatVector())
                    .as("row %d", i)
                    .isEqualTo(Nd4j.createFromArray(expected)
                            .castTo(DataType.FLOAT)
                            .toFloatVector());
        }
    }

    /** A gap of 1 to start with: the samples are a cloud where no data are. */
    @ParameterizedTest
    @EnumSource
    void aSmallStepOnTheGenerativeTermMovesDataAndSamplesApart(GenerativeTerm term) {
        MultiLayerNetwork network = Blobs.network(new Sgd(0.01));
        JointTraining.setLoss(network, JointObjective.of(term, 1));
        INDArray real = Blobs.draw(30, 1).getFeatures();
        INDArray samples = real.mul(0.3).addi(0.6);
        double[][] labels = new double[60][3];
        for (int i = 0; i < 60; i++) {
            (i < 30 ? JointRow.UNLABELLED : JointRow.GENERATED).write(0, labels[i]);
        }
        double before = Blobs.meanEnergy(network, real) - Blobs.meanEnergy(network, samples);
        network.fit(new DataSet(
                Nd4j.vstack(real, samples), Nd4j.createFromArray(labels).castTo(DataType.FLOAT)));
        assertThat(Blobs.meanEnergy(network, real) - Blobs.meanEnergy(network, samples))
                .isLessThan(before - 1e-5);
    }

    @Test
    void sameSeedSameBits() {
        MultiLayerNetwork first = Blobs.network(new Adam(0.01));
        MultiLayerNetwork second = first.clone();
        first.fit(training().build().batches(first, Blobs.batches(90, 30, 1)), 2);
        second.fit(training().build().batches(second, Blobs.batches(90, 30, 1)), 2);
        assertThat(second.params()).isEqualTo(first.params());
        MultiLayerNetwork other = Blobs.network(new Adam(0.01));
        other.fit(training().seed(7).build().batches(other, Blobs.batches(90, 30, 1)), 2);
        assertThat(other.params()).isNotEqualTo(first.params());
    }

    @Test
    void earlyStoppingCheckpointsAndListenersOfTheHostWork() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        JointBatches batches = training().build().batches(network, Blobs.batches(90, 30, 1));
        CollectScoresIterationListener scores = new CollectScoresIterationListener();
        CheckpointListener checkpoints = new CheckpointListener.Builder(directory.toFile())
                .saveEveryNEpochs(1)
                .keepAll()
                .build();
        network.setListeners(scores, checkpoints);
        EarlyStoppingConfiguration<MultiLayerNetwork> configuration = new EarlyStoppingConfiguration.Builder<
                        MultiLayerNetwork>()
                .epochTerminationConditions(new MaxEpochsTerminationCondition(4))
                .scoreCalculator(new DataSetLossCalculator(Blobs.batches(60, 30, 5), true))
                .build();
        EarlyStoppingResult<MultiLayerNetwork> result = new EarlyStoppingTrainer(configuration, network, batches).fit();
        assertThat(result.getTotalEpochs()).isEqualTo(4);
        assertThat(result.getScoreVsEpoch().values())
                .allSatisfy(score -> assertThat(score).isPositive());
        assertThat(scores.getScoreVsIter().getEffectiveScores()).isNotEmpty();
        assertThat(batches.telemetry()).isNotNull();

        List<File> files = new ArrayList<>();
        checkpoints.availableCheckpoints().forEach(c -> files.add(checkpoints.getFileForCheckpoint(c)));
        assertThat(files).isNotEmpty();
        MultiLayerNetwork restored =
                CheckpointListener.loadCheckpointMLN(directory.toFile(), checkpoints.lastCheckpoint());
        assertThat(lossOf(restored)).isEqualTo(new JointEnergyLoss(JointObjective.of(GenerativeTerm.SOFTPLUS, 0.2)));
    }

    @Test
    void theConfigurationSurvivesJsonWithItsLoss() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        JointTraining.setLoss(network, new JointObjective(GenerativeTerm.BCE, 0.1, 0.2, 0.3));
        String json = network.getLayerWiseConfigurations().toJson();
        MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(json);
        assertThat(((OutputLayer) read.getConf(2).getLayer()).getLossFn())
                .isEqualTo(new JointEnergyLoss(new JointObjective(GenerativeTerm.BCE, 0.1, 0.2, 0.3)))
                .hasSameHashCodeAs(lossOf(network));
        String negative = json.replaceAll("\"weight\" : 0.1", "\"weight\" : -0.1");
        assertThat(negative).isNotEqualTo(json);
        assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(negative)).hasStackTraceContaining("weight = -0.1");
    }

    @Test
    void exportedAndFinishedNetworksCarryAStockLoss() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        network.fit(training().build().batches(network, Blobs.batches(90, 30, 1)));
        INDArray x = Blobs.draw(9, 3).getFeatures();
        INDArray outputs = network.output(x);

        MultiLayerNetwork exported = StockNetwork.of(network);
        assertThat(lossOf(exported)).isEqualTo(new LossMCXENT());
        assertThat(exported.output(x)).isEqualTo(outputs);
        assertThat(exported.getLayerWiseConfigurations().toJson()).doesNotContain("boltzmann4j");
        assertThat(lossOf(network)).isInstanceOf(JointEnergyLoss.class);

        JointTraining.finish(network);
        assertThat(network.getLayerWiseConfigurations().toJson()).doesNotContain("boltzmann4j");
        assertThat(network.output(x)).isEqualTo(outputs);
    }

    @Test
    void jointTrainingLearnsTheClassesAndKeepsThemInTheBuffer() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        JointBatches batches = training()
                .langevin(Langevin.practical(10, 0.01, 0.01).withClip(0.1))
                .build()
                .batches(network, Blobs.batches(300, 30, 1));
        network.fit(batches, 30);
        assertThat(network.evaluate(Blobs.batches(150, 50, 9)).accuracy()).isGreaterThan(0.95);
        JointTelemetry last = batches.telemetry();
        assertThat(last.minibatch()).isEqualTo(300);
        assertThat(last.smallestClassShare()).isGreaterThan(0.1);
        assertThat(last.meanVisits()).isGreaterThan(5);
        // Data are likelier than noise: the corners of the square are empty.
        assertThat(last.dataEnergy()).isLessThan(last.noiseEnergy());
    }

    @Test
    void networksAndDataThatDoNotFitAreRefusedWithTheReason() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        JointTraining.Builder uniform = training().starts(ChainStarts.uniform(Box.of(0, 1)));

        DataSet outside = Blobs.draw(6, 1);
        outside.getFeatures().putScalar(3, 1, 1.5);
        assertThatThrownBy(() ->
                        uniform.build().batches(network, Blobs.of(outside)).next())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 3, feature 1 = 1.5")
                .hasMessageContaining("[0.0, 1.0]");

        DataSet smooth = Blobs.draw(6, 1);
        smooth.getLabels().putScalar(4, 1, 0.9);
        assertThatThrownBy(
                        () -> uniform.build().batches(network, Blobs.of(smooth)).next())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("labels of row 4");

        DataSet none = Blobs.draw(6, 1);
        none.getLabels().assign(0);
        assertThatThrownBy(() -> uniform.objective(JointObjective.of(GenerativeTerm.CD, 0))
                        .build()
                        .batches(network, Blobs.of(none))
                        .next())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no labels");
        assertThatThrownBy(() -> training().build().batches(network, Blobs.of(none)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no row of the data has a label");

        assertThatThrownBy(() -> training()
                        .bufferSize(20)
                        .build()
                        .batches(network, Blobs.batches(60, 30, 1))
                        .next())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("20 chains");
        assertThatThrownBy(() -> training().dataNoise(-1)).hasMessageContaining("dataNoise = -1.0");
        assertThatThrownBy(() -> training().bufferSize(-1)).hasMessageContaining("bufferSize = -1");
        assertThatThrownBy(() -> training().examplesPerClass(1)).hasMessageContaining("examplesPerClass = 1");

        MultiLayerNetwork sums = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .miniBatch(false)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(2)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        sums.init();
        assertThatThrownBy(() -> training().build().batches(sums, Blobs.batches(60, 30, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("miniBatch(false)");
    }

    @Test
    void anyNumberOfThreadsComputesTheSameBits() {
        // Wide enough for products that are cut into pieces.
        MultiLayerNetwork alone = Blobs.network(300, new Adam(0.01));
        MultiLayerNetwork shared = alone.clone();
        alone.fit(training().threads(1).build().batches(alone, Blobs.batches(200, 100, 1)), 2);
        shared.fit(training().threads(2).build().batches(shared, Blobs.batches(200, 100, 1)), 2);
        assertThat(shared.params()).isEqualTo(alone.params());
        assertThatThrownBy(() -> training().threads(0)).hasMessageContaining("threads = 0");
    }

    @Test
    void withoutABufferEveryMinibatchStartsAfresh() {
        MultiLayerNetwork network = Blobs.network(new Adam(0.01));
        JointBatches batches = training().bufferSize(0).build().batches(network, Blobs.batches(60, 30, 1));
        batches.next();
        assertThat(batches.telemetry().restarts()).isEqualTo(30);
        assertThat(batches.telemetry().meanVisits()).isZero();
        assertThat(batches.buffer()).isNull();
        assertThat(batches.asyncSupported()).isFalse();
    }
}
