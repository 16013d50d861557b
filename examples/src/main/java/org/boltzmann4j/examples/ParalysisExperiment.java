package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.InvocationType;
import org.deeplearning4j.optimize.listeners.EvaluativeListener;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Trains the networks of {@link Paralysis}: one shape, one order of minibatches, one budget of updates.
 *
 * <p>All of them are made of {@link RbmLayer}s, which {@code fit} trains as it trains dense sigmoid layers.
 */
final class ParalysisExperiment {

    private static final int HIDDEN_LAYERS = 5;
    private static final int WIDTH = 100;
    private static final double RBM_RATE = 0.05;
    /** Training examples over which gradients are averaged: many times a minibatch, so that its noise does not count. */
    private static final int PROBE = 1040;
    /** Examples at once in evaluations; changes the speed only. */
    private static final int EVALUATION_BATCH = 500;

    private final Data data;
    private final Budget budget;
    private final long seed;

    ParalysisExperiment(Data data, Budget budget, long seed) {
        this.data = data;
        this.budget = budget;
        this.seed = seed;
    }

    /**
     * Three disjoint sets.
     *
     * @param train for pretraining (without labels) and training
     * @param validation for the learning curves; on such letters the settings were chosen
     * @param test for the final figures
     * @param origin for people: where the data come from
     */
    record Data(ImageDataSet train, ImageDataSet validation, ImageDataSet test, String origin) {

        /** Fresh letters: the validation and the test letters follow the training letters in one series. */
        static Data letters(int train, int heldOut, long seed) {
            ImageDataSet all = Letters.draw(train + 2 * heldOut, seed);
            return new Data(
                    all.range(0, train),
                    all.range(train, train + heldOut),
                    all.range(train + heldOut, train + 2 * heldOut),
                    "drawn letters, seed " + seed);
        }

        /** Of somebody else's training set a fifth, but at most {@code heldOut} examples, is kept for validation. */
        static Data of(ExampleData data, int heldOut, long seed) {
            ImageDataSet.Split split = data.train()
                    .split(Math.max(1, Math.min(heldOut, data.train().examples() / 5)), seed);
            return new Data(split.train(), split.validation(), data.test(), data.origin());
        }

        /** Accuracy on the test set of the best constant answer. */
        double chance() {
            int[] counts = new int[test.classes()];
            for (int i = 0; i < test.examples(); i++) {
                counts[test.label(i)]++;
            }
            return Arrays.stream(counts).max().orElseThrow() / (double) test.examples();
        }
    }

    /**
     * How long to train.
     *
     * @param pretrainingEpochs for each RBM
     * @param epochs of supervised training, the same for all networks
     * @param batch examples of a minibatch
     */
    record Budget(int pretrainingEpochs, int epochs, int batch) {

        /** What the example runs: the stall and the cure show in it for every seed tried. */
        static final Budget FULL = new Budget(5, 12, 52);

        int updates(ImageDataSet train) {
            return epochs * ((train.examples() + batch - 1) / batch);
        }
    }

    /**
     * What became of one network.
     *
     * @param arm which
     * @param validationAccuracy after each epoch
     * @param testAccuracy after the last
     * @param gradientBefore Frobenius norm of the mean loss's gradient by the weights, layer by layer, when supervised
     *     training begins
     * @param gradientAfter the same when it ends
     * @param filtersBefore weights of the first layer when supervised training begins, {@code [hidden, visible]}
     * @param filtersAfter the same when it ends
     * @param pretrainingSeconds 0 without pretraining
     * @param trainingSeconds of {@code fit}, with an evaluation on the validation set after each epoch
     */
    record Outcome(
            ParalysisArm arm,
            List<Double> validationAccuracy,
            double testAccuracy,
            List<Double> gradientBefore,
            List<Double> gradientAfter,
            INDArray filtersBefore,
            INDArray filtersAfter,
            double pretrainingSeconds,
            double trainingSeconds) {}

    Outcome run(ParalysisArm arm) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration(arm));
        network.init();
        double pretrainingSeconds = arm.isPretrained() ? pretrain(network) : 0;
        INDArray filtersBefore = filters(network);
        List<Double> gradientBefore = gradientNorms(network);
        List<Double> accuracy = new ArrayList<>();
        EvaluativeListener afterEachEpoch =
                new EvaluativeListener(data.validation().iterator(EVALUATION_BATCH), 1, InvocationType.EPOCH_END);
        afterEachEpoch.setCallback(
                (listener, model, invocations, evaluations) -> accuracy.add(((Evaluation) evaluations[0]).accuracy()));
        network.setListeners(afterEachEpoch);
        long start = System.nanoTime();
        network.fit(data.train().shuffledIterator(budget.batch(), seed), budget.epochs());
        double trainingSeconds = secondsSince(start);
        double testAccuracy =
                network.evaluate(data.test().iterator(EVALUATION_BATCH)).accuracy();
        return new Outcome(
                arm,
                List.copyOf(accuracy),
                testAccuracy,
                gradientBefore,
                gradientNorms(network),
                filtersBefore,
                filters(network),
                pretrainingSeconds,
                trainingSeconds);
    }

    /** The arms differ in the distribution of the first weights and in the updater, and in nothing else. */
    private MultiLayerConfiguration configuration(ParalysisArm arm) {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .weightInit(arm.weightInit())
                .updater(arm.updater())
                .list();
        for (int i = 0; i < HIDDEN_LAYERS; i++) {
            layers.layer(new RbmLayer.Builder().nOut(WIDTH).build());
        }
        return layers.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(data.train().classes())
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(data.train().features()))
                .build();
    }

    private double pretrain(MultiLayerNetwork network) {
        long start = System.nanoTime();
        GreedyPretrainer.builder()
                .epochs(budget.pretrainingEpochs())
                .updater(new Sgd(RBM_RATE))
                .seed(seed)
                .build()
                .pretrain(network, data.train().withoutLabels().shuffledIterator(budget.batch(), seed));
        return secondsSince(start);
    }

    /** The host's gradients are sums over the examples; divided by their number they are those of the mean loss. */
    private List<Double> gradientNorms(MultiLayerNetwork network) {
        int examples = Math.min(PROBE, data.train().examples());
        DataSet probe = data.train().range(0, examples).toDataSet();
        Gradient gradient = network.calculateGradients(probe.getFeatures(), probe.getLabels(), null, null)
                .getFirst();
        return IntStream.range(0, network.getnLayers())
                .mapToObj(layer ->
                        gradient.getGradientFor(layer + "_W").norm2Number().doubleValue() / examples)
                .toList();
    }

    private static INDArray filters(MultiLayerNetwork network) {
        return network.getParam("0_W").transpose().dup();
    }

    static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
