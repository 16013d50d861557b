package org.boltzmann4j.dl4j;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointEnergyLoss;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Trains a classifier as a joint energy model of {@code p(x)} and {@code p(y | x)} (Grathwohl et al. 2020) with Deeplearning4j's own
 * {@code fit}:
 *
 * <pre>{@code
 * DataSetIterator batches = JointTraining.builder().box(Box.of(0, 1)).build().batches(net, train);
 * net.fit(batches, 20);               // or an EarlyStoppingTrainer; listeners and checkpoints as ever
 * JointTraining.finish(net);          // a stock loss again; StockNetwork.save does that for its copy
 * }</pre>
 *
 * <p>{@code batches} gives the network's output layer a {@link JointEnergyLoss} and returns the minibatches followed by samples drawn
 * from the network's present parameters. A zip the host writes before {@code finish} names that loss and opens only with this
 * plugin on the class path. Networks with batch normalisation learn its statistics from real rows and samples together.
 *
 * <p>Immutable; settings only.
 */
public final class JointTraining {

    final Builder options;

    private JointTraining(Builder options) {
        this.options = options;
    }

    /**
     * Starts from the defaults: features in [0, 1], the SOFTPLUS term with weight 0.2, 10 Langevin steps, a buffer of 2,000 chains
     * of which 5 % start afresh, from Gaussians of the classes.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Prepares a network and its data. With Gaussian starts and a weight above 0 some minibatches are read to fit the
     * Gaussians, and the data are reset.
     *
     * @param network initialised, ending in a softmax output layer with the stock cross-entropy; that loss is replaced
     * @param data features with one-hot labels; rows without a class have labels of 0 everywhere, or the minibatch has none; the
     *     features of each row lie in the box
     * @return the minibatches to fit; uses the network and the data at every {@code next()}
     * @throws IllegalArgumentException if the network or the data do not fit
     * @throws IllegalStateException if the network is not initialised
     */
    public JointBatches batches(MultiLayerNetwork network, DataSetIterator data) {
        return batches(network, data, null);
    }

    /**
     * Prepares a network, its labelled data and data without labels. Every minibatch is one of each, followed by samples; the
     * unlabelled data start over when they end.
     *
     * @param network initialised, ending in a softmax output layer with the stock cross-entropy; that loss is replaced
     * @param data features with one-hot labels
     * @param unlabelled features of the same shape; labels, if any, are ignored; null for none
     * @return the minibatches to fit; uses the network and the data at every {@code next()}
     * @throws IllegalArgumentException if the network or the data do not fit
     * @throws IllegalStateException if the network is not initialised
     */
    public JointBatches batches(MultiLayerNetwork network, DataSetIterator data, @Nullable DataSetIterator unlabelled) {
        NetworkEnergy.outputOf(network);
        if (!network.getLayerWiseConfigurations()
                .getConf(network.getnLayers() - 1)
                .isMiniBatch()) {
            throw new IllegalArgumentException(
                    "the network has miniBatch(false): expected true, since the joint loss is made of"
                            + " means over rows of several kinds, which the host divides by the size of the minibatch");
        }
        JointBatches batches = new JointBatches(this, network, data, unlabelled);
        setLoss(network, options.objective);
        return batches;
    }

    /** The runtime layer has a configuration of its own in some hosts' versions, so both are set. */
    static void setLoss(MultiLayerNetwork network, JointObjective objective) {
        JointEnergyLoss loss = new JointEnergyLoss(objective);
        NetworkEnergy.outputOf(network).setLossFn(loss);
        ((OutputLayer) network.getOutputLayer().conf().getLayer()).setLossFn(loss);
    }

    /**
     * Gives a network its stock loss back, so that what the host saves opens everywhere. Nothing else changes.
     *
     * @param network trained with {@link #batches}; others are left as they are
     */
    public static void finish(MultiLayerNetwork network) {
        setStockLoss(network.getLayerWiseConfigurations()
                .getConf(network.getnLayers() - 1)
                .getLayer());
        setStockLoss(network.getOutputLayer().conf().getLayer());
    }

    static void setStockLoss(org.deeplearning4j.nn.conf.layers.Layer layer) {
        if (layer instanceof BaseOutputLayer output && output.getLossFn() instanceof JointEnergyLoss) {
            output.setLossFn(new LossMCXENT());
        }
    }

    /** Collects the settings of a {@link JointTraining}. */
    public static final class Builder {

        JointObjective objective = JointObjective.of(GenerativeTerm.SOFTPLUS, 0.2);
        Box box = Box.of(0, 1);

        @Nullable Langevin langevin;

        @Nullable Double dataNoise;

        int bufferSize = 2000;
        double restartRate = 0.05;
        boolean balancedRestarts = true;

        @Nullable ChainStarts starts;

        int examplesPerClass = 200;
        long seed = 42;
        int threads;

        private Builder() {}

        private Builder(Builder other) {
            this.objective = other.objective;
            this.box = other.box;
            this.langevin = other.langevin;
            this.dataNoise = other.dataNoise;
            this.bufferSize = other.bufferSize;
            this.restartRate = other.restartRate;
            this.balancedRestarts = other.balancedRestarts;
            this.starts = other.starts;
            this.examplesPerClass = other.examplesPerClass;
            this.seed = other.seed;
            this.threads = other.threads;
        }

        /**
         * Sets the terms and weights. Default: SOFTPLUS with weight 0.2.
         *
         * @param objective the terms
         * @return this
         */
        public Builder objective(JointObjective objective) {
            this.objective = Objects.requireNonNull(objective, "objective");
            return this;
        }

        /**
         * Sets the range of the features, in which data (with their noise) and samples are kept. Default: [0, 1].
         *
         * @param box the range
         * @return this
         */
        public Builder box(Box box) {
            this.box = Objects.requireNonNull(box, "box");
            return this;
        }

        /**
         * Sets the sampler; its box is replaced by that of the data. Default, for a box of width w: practical, 10 steps of w^2 / 2,
         * noise 0.05 w, clip w/2. Steps are too long when chains of some classes end as noise in the course of a training: those of 2.5
         * w^2 overshoot once the slopes of the energy have grown steep.
         *
         * @param langevin the sampler
         * @return this
         */
        public Builder langevin(Langevin langevin) {
            this.langevin = Objects.requireNonNull(langevin, "langevin");
            return this;
        }

        /**
         * Sets the standard deviation of the Gaussian noise added to real rows, before they are moved back into the box. Default: 0.05
         * of the box's width.
         *
         * @param deviation at least 0, in units of the features
         * @return this
         * @throws IllegalArgumentException if negative or not finite
         */
        public Builder dataNoise(double deviation) {
            if (!(deviation >= 0) || Double.isInfinite(deviation)) {
                throw new IllegalArgumentException("dataNoise = " + deviation + ", expected a number of at least 0");
            }
            this.dataNoise = deviation;
            return this;
        }

        /**
         * Sets the number of chains in the replay buffer. Default: 2,000.
         *
         * @param chains at least the rows of a minibatch (with a conditional term: of a class in it); 0 for no buffer, every
         *     minibatch starting afresh
         * @return this
         * @throws IllegalArgumentException if negative
         */
        public Builder bufferSize(int chains) {
            if (chains < 0) {
                throw new IllegalArgumentException("bufferSize = " + chains + ", expected at least 0");
            }
            this.bufferSize = chains;
            return this;
        }

        /**
         * Sets how often chains start afresh.
         *
         * @param rate probability on a visit, in [0, 1]. Default: 0.05
         * @param balanced whether classes that fill the buffer restart more often, as those that are rare, see {@link
         *     ReplayBuffer.Restarts}. Default: true
         * @return this
         * @throws IllegalArgumentException if the rate is out of range
         */
        public Builder restarts(double rate, boolean balanced) {
            ReplayBuffer.Restarts checked = new ReplayBuffer.Restarts(rate, balanced);
            this.restartRate = checked.rate();
            this.balancedRestarts = checked.balanced();
            return this;
        }

        /**
         * Sets where chains begin. Default: Gaussians fitted to the first examples of each class.
         *
         * @param starts of chains
         * @return this
         */
        public Builder starts(ChainStarts starts) {
            this.starts = Objects.requireNonNull(starts, "starts");
            return this;
        }

        /**
         * Sets how many examples of a class its Gaussian is fitted to. Default: 200.
         *
         * @param examples at least 2
         * @return this
         * @throws IllegalArgumentException if below 2
         */
        public Builder examplesPerClass(int examples) {
            if (examples < 2) {
                throw new IllegalArgumentException("examplesPerClass = " + examples + ", expected at least 2");
            }
            this.examplesPerClass = examples;
            return this;
        }

        /**
         * Sets the seed of noise, chains and restarts. Default: 42.
         *
         * @param seed any value
         * @return this
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Has this many threads share the sampler's products and passes over rows, each with a BLAS of one thread. Any number computes the
         * same bits, possibly other ones than without this option. While the sampler works, the BLAS of the whole process has one thread;
         * for the update it has as many as before. Default: the threads of the BLAS, as the process has set them.
         *
         * @param threads at least 1, usefully at most the number of cores
         * @return this
         * @throws IllegalArgumentException if below 1
         */
        public Builder threads(int threads) {
            if (threads < 1) {
                throw new IllegalArgumentException("threads = " + threads + ", expected at least 1");
            }
            this.threads = threads;
            return this;
        }

        /** What decides about the outcome, as texts. */
        Map<String, String> describe() {
            Map<String, String> result = new TreeMap<>();
            result.put("objective", objective.toString());
            result.put("sampler", sampler().toString());
            result.put("dataNoise", String.valueOf(noise()));
            result.put("bufferSize", String.valueOf(bufferSize));
            result.put("restarts", new ReplayBuffer.Restarts(restartRate, balancedRestarts).toString());
            result.put("starts", starts == null ? "Gaussians of " + examplesPerClass + " examples a class" : "given");
            result.put("seed", String.valueOf(seed));
            result.put("threads of the sampler", threads == 0 ? "those of the BLAS" : "workers");
            return result;
        }

        Langevin sampler() {
            double width = box.upper() - box.lower();
            Langevin chosen = langevin != null
                    ? langevin
                    : Langevin.practical(10, 0.5 * width * width, 0.05 * width).withClip(width / 2);
            return chosen.withBox(box);
        }

        double noise() {
            return dataNoise != null ? dataNoise : 0.05 * (box.upper() - box.lower());
        }

        /**
         * Makes the settings.
         *
         * @return immutable; later changes of this builder do not reach it
         */
        public JointTraining build() {
            return new JointTraining(new Builder(this));
        }
    }
}
