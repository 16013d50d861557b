package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * The host's settings reach the weights and both biases as their names promise. One minibatch is learnt twice from the
 * same start, with the same random numbers, with and without the setting: the difference is the setting's doing.
 */
class PretrainingSettingsTest {

    private static final double RATE = 0.5;
    private static final INDArray ROWS = Minibatches.patterns(DataType.DOUBLE, 20, 6, 1);

    /** Rounding of a handful of operations on numbers of order 1. */
    private static final double ROUNDING = 1e-13;

    private static INDArray start(MultiLayerNetwork network) {
        // No zero, so that signs exist, and both signs in each of the parameters.
        INDArray angles = Nd4j.linspace(DataType.DOUBLE, 1.7, 1.7, network.numParams());
        return Transforms.sin(angles, false).muli(0.5).reshape(network.params().shape());
    }

    /** Parameters after pretraining on one minibatch for the given number of epochs. */
    private static MultiLayerNetwork trained(
            int epochs, Consumer<NeuralNetConfiguration.Builder> conf, UnaryOperator<RbmLayer.Builder> layer) {
        MultiLayerNetwork network = Networks.single(
                DataType.DOUBLE, 6, 5, conf, builder -> layer.apply(builder.visibleBiasFromData(false)));
        network.params().assign(start(network));
        Networks.pretrainer(epochs).build().pretrain(network, Minibatches.of(ROWS, 20));
        return network;
    }

    private static MultiLayerNetwork once(UnaryOperator<RbmLayer.Builder> layer) {
        return trained(1, conf -> {}, builder -> layer.apply(builder.updater(new Sgd(RATE))));
    }

    private static INDArray param(MultiLayerNetwork network, String key) {
        return network.getLayer(0).getParam(key);
    }

    private static INDArray startOf(String key) {
        MultiLayerNetwork network = Networks.single(DataType.DOUBLE, 6, 5, conf -> {}, builder -> builder);
        network.params().assign(start(network));
        return param(network, key).dup();
    }

    private static void assertDecay(
            UnaryOperator<RbmLayer.Builder> setting, UnaryOperator<INDArray> decay, String... keys) {
        MultiLayerNetwork plain = once(builder -> builder);
        MultiLayerNetwork with = once(setting);
        for (String key : new String[] {"W", "b", "vb"}) {
            INDArray difference = param(with, key).sub(param(plain, key));
            INDArray expected =
                    List.of(keys).contains(key) ? decay.apply(startOf(key)).negi() : difference.mul(0);
            assertThat(difference.sub(expected).amaxNumber().doubleValue())
                    .as(key)
                    .isLessThan(ROUNDING);
            assertThat(param(plain, key)).as("%s is learnt", key).isNotEqualTo(startOf(key));
        }
    }

    @Test
    void l2ActsOnTheWeightsAndItsBiasVariantOnBothBiases() {
        assertDecay(builder -> builder.l2(0.1), w -> w.mul(RATE * 0.1), "W");
        assertDecay(builder -> builder.l2Bias(0.1), b -> b.mul(RATE * 0.1), "b", "vb");
    }

    @Test
    void l1ActsOnTheWeightsAndItsBiasVariantOnBothBiases() {
        assertDecay(builder -> builder.l1(0.1), w -> Transforms.sign(w, true).muli(RATE * 0.1), "W");
        assertDecay(
                builder -> builder.l1Bias(0.1), b -> Transforms.sign(b, true).muli(RATE * 0.1), "b", "vb");
    }

    @Test
    void weightDecayActsOnTheWeightsAndItsBiasVariantOnBothBiases() {
        assertDecay(builder -> builder.weightDecay(0.1), w -> w.mul(RATE * 0.1), "W");
        assertDecay(builder -> builder.weightDecay(0.1, false), w -> w.mul(0.1), "W");
        assertDecay(builder -> builder.weightDecayBias(0.1), b -> b.mul(RATE * 0.1), "b", "vb");
    }

    @Test
    void aBiasUpdaterReachesBothBiasesAndNotTheWeights() {
        MultiLayerNetwork plain = once(builder -> builder);
        MultiLayerNetwork still = once(builder -> builder.biasUpdater(new Sgd(0)));
        assertThat(param(still, "W")).isEqualTo(param(plain, "W"));
        assertThat(param(still, "b")).isEqualTo(startOf("b"));
        assertThat(param(still, "vb")).isEqualTo(startOf("vb"));
    }

    @Test
    void anUpdaterGivenToThePretrainerReplacesTheBiasUpdaterToo() {
        MultiLayerNetwork network =
                Networks.single(DataType.DOUBLE, 6, 5, conf -> {}, builder -> builder.visibleBiasFromData(false)
                        .updater(new Sgd(0))
                        .biasUpdater(new Sgd(0)));
        network.params().assign(start(network));
        Networks.pretrainer(1).updater(new Sgd(RATE)).build().pretrain(network, Minibatches.of(ROWS, 20));
        assertThat(network.params()).isEqualTo(once(builder -> builder).params());
    }

    @Test
    void momentumAddsTheLastStepToTheNext() {
        double momentum = 0.9;
        MultiLayerNetwork one = trained(1, conf -> {}, builder -> builder.updater(new Nesterovs(RATE, momentum)));
        INDArray start = start(one);
        // DL4J's form of Nesterov's first step: (1 + momentum) times the plain one.
        INDArray plain = once(builder -> builder).params().sub(start);
        INDArray first = one.params().sub(start);
        assertThat(first.sub(plain.mul(1 + momentum)).amaxNumber().doubleValue())
                .isLessThan(1e-12);
    }

    /** On the second minibatch v = m v_1 - RATE g_2, and the step is (1 + m) v - m v_1: with m = 0 the plain one. */
    @Test
    void aScheduleOfTheMomentumCountsThePretrainingsOwnUpdates() {
        ISchedule fades = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.9, 1, 0.0));
        MultiLayerNetwork scheduled =
                trained(2, conf -> {}, builder -> builder.updater(new Nesterovs(new FixedSchedule(RATE), fades)));
        MultiLayerNetwork constant = trained(2, conf -> {}, builder -> builder.updater(new Nesterovs(RATE, 0.9)));
        INDArray afterOne = trained(1, conf -> {}, builder -> builder.updater(new Nesterovs(RATE, 0.9)))
                .params();
        // The plain step of the second minibatch from where the first one led.
        ISchedule onlyTheSecond = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 1.9 * RATE, 1, RATE));
        MultiLayerNetwork plain = trained(2, conf -> {}, builder -> builder.updater(new Sgd(onlyTheSecond)));
        assertThat(scheduled.params().sub(plain.params()).amaxNumber().doubleValue())
                .isLessThan(1e-12);
        assertThat(constant.params().sub(plain.params()).amaxNumber().doubleValue())
                .as("with momentum to the end")
                .isGreaterThan(0.01);
        assertThat(scheduled.params()).isNotEqualTo(afterOne);
    }

    @Test
    void aScheduleOfTheLearningRateCountsEpochsToo() {
        ISchedule stops = new MapSchedule(ScheduleType.EPOCH, Map.of(0, RATE, 1, 0.0));
        MultiLayerNetwork scheduled = trained(3, conf -> {}, builder -> builder.updater(new Sgd(stops)));
        assertThat(scheduled.params()).isEqualTo(once(builder -> builder).params());
        assertThat(trained(3, conf -> {}, builder -> builder.updater(new Sgd(RATE)))
                        .params())
                .isNotEqualTo(scheduled.params());
    }

    @Test
    void constraintsHoldAfterEveryStep() {
        MultiLayerNetwork bounded = once(builder -> builder.constrainWeights(new MaxNormConstraint(0.3, 0)));
        INDArray norms = param(bounded, "W").norm2(0);
        assertThat(norms.maxNumber().doubleValue()).isLessThan(0.3 + 1e-6); // the constraint's own epsilon
        assertThat(param(once(builder -> builder), "W").norm2(0).maxNumber().doubleValue())
                .isGreaterThan(0.31);
        assertThat(param(bounded, "vb")).isEqualTo(param(once(builder -> builder), "vb"));

        MultiLayerNetwork positiveBiases = once(builder -> builder.constrainBias(new NonNegativeConstraint()));
        MultiLayerNetwork free = once(builder -> builder);
        for (String key : new String[] {"b", "vb"}) {
            assertThat(param(positiveBiases, key)).as(key).isEqualTo(Transforms.max(param(free, key), 0));
        }
        assertThat(param(free, "b").minNumber().doubleValue() < 0
                        && param(free, "vb").minNumber().doubleValue() < 0)
                .as("there was something to cut off")
                .isTrue();
        assertThat(param(positiveBiases, "W")).isEqualTo(param(free, "W"));

        MultiLayerNetwork positive = once(builder -> builder.constrainAllParameters(new NonNegativeConstraint()));
        assertThat(positive.params().minNumber().doubleValue()).isZero();
    }

    @Test
    void gradientClippingBoundsTheStepOfWeightsAndBiases() {
        double threshold = 0.01;
        INDArray plainStep = once(builder -> builder).params().sub(start(once(builder -> builder)));
        MultiLayerNetwork clipped =
                once(builder -> builder.gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                        .gradientNormalizationThreshold(threshold));
        INDArray step = clipped.params().sub(start(clipped));
        for (long i = 0; i < step.length(); i++) {
            double bound = RATE * threshold;
            double expected = Math.max(-bound, Math.min(bound, plainStep.getDouble(i)));
            assertThat(Math.abs(step.getDouble(i) - expected))
                    .as("parameter %d", i)
                    .isLessThan(ROUNDING);
        }
        MultiLayerNetwork whole = once(builder -> builder.gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(threshold));
        assertThat(whole.params().sub(start(whole)).norm2Number().doubleValue())
                .isBetween(RATE * threshold * 0.999, RATE * threshold * 1.001);
        assertThat(plainStep.norm2Number().doubleValue()).isGreaterThan(RATE * threshold * 2);
    }

    @Test
    void theGradientIsTheMeanOverTheMinibatchAndTheNetworksMinimisingUpdaterClimbsTheLikelihood() {
        // The same rows twice over, with twice the chance to average: the step keeps its size.
        INDArray step = once(builder -> builder).params().sub(start(once(builder -> builder)));
        MultiLayerNetwork twice =
                Networks.single(DataType.DOUBLE, 6, 5, conf -> {}, builder -> builder.visibleBiasFromData(false)
                        .updater(new Sgd(RATE)));
        twice.params().assign(start(twice));
        Networks.pretrainer(1).build().pretrain(twice, Minibatches.of(Nd4j.vstack(ROWS, ROWS), 40));
        double ratio = twice.params().sub(start(twice)).norm2Number().doubleValue()
                / step.norm2Number().doubleValue();
        // A sum in place of the mean would give 2, a mean divided twice 1/2; sampling noise stays far inside.
        assertThat(ratio).isBetween(0.7, 1.4);
    }

    @Test
    void dropoutAndWeightNoiseAreLeftToSupervisedTraining() {
        MultiLayerNetwork plain = once(builder -> builder);
        MultiLayerNetwork noisy = once(builder -> builder.dropOut(0.5).weightNoise(new DropConnect(0.5)));
        assertThat(noisy.params()).isEqualTo(plain.params());
    }

    /** A listener makes the host's own updater run, whose gradient it may read. */
    @Test
    void plainStepsInOnePassAreThoseOfTheHostsUpdater() {
        ISchedule falls = new MapSchedule(ScheduleType.ITERATION, Map.of(0, RATE, 1, RATE / 2, 3, RATE / 8));
        MultiLayerNetwork[] networks = new MultiLayerNetwork[2];
        for (int i = 0; i < 2; i++) {
            networks[i] = Networks.single(DataType.DOUBLE, 6, 5, conf -> {}, builder -> builder.updater(new Sgd(falls))
                    .biasUpdater(new Sgd(falls))
                    .visibleBiasFromData(false));
            networks[i].params().assign(start(networks[i]));
            if (i == 1) {
                networks[i].setListeners(new ScoreIterationListener(1000));
            }
            Networks.pretrainer(3).build().pretrain(networks[i], Minibatches.of(ROWS, 7));
        }
        assertThat(networks[0].params().sub(networks[1].params()).amaxNumber().doubleValue())
                .isLessThan(ROUNDING);
        assertThat(networks[0].params().sub(start(networks[0])).amaxNumber().doubleValue())
                .as("something was learnt")
                .isGreaterThan(0.01);
    }
}
