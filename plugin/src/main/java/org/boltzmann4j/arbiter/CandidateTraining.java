package org.boltzmann4j.arbiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingMonitors;
import org.boltzmann4j.dl4j.PretrainingReport;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.arbiter.DL4JConfiguration;
import org.deeplearning4j.arbiter.GraphConfiguration;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.scoring.util.ScoreUtil;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Trains one candidate: a network or graph with its random start, pretrained and then fine-tuned. Same configuration, seed, data
 * and number of BLAS threads: same bits.
 *
 * @param seed of the random start and everything drawn in training
 * @param share of all numbers of epochs, above 0 and at most 1
 * @param limit wall-clock time of pretraining and fine-tuning, or null for none
 */
record CandidateTraining(long seed, double share, @Nullable Duration limit) {

    private static final double NANOS = 1e9;

    /**
     * Trains a candidate.
     *
     * @param value a {@code DL4JConfiguration} or {@code GraphConfiguration}
     * @param usual pretraining of candidates that say nothing of it
     * @param data asked for the unlabelled data if it has some
     * @param listeners of fine-tuning
     */
    TrainedCandidate train(
            Object value, PretrainingSettings usual, DataSource data, List<? extends TrainingListener> listeners) {
        TimeLimit clock = new TimeLimit(limit);
        Model model = initialised(value);
        long start = System.nanoTime();
        PretrainingReport report = pretrain(model, settingsOf(value, usual).share(share), unlabelled(data), clock);
        long middle = System.nanoTime();
        List<TrainingCurve> curves = new ArrayList<>();
        if (report != null) {
            curves.addAll(curvesOf(report));
        }
        LossCurve loss = new LossCurve();
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.addAll(List.of(clock, loss));
        Model trained = fineTune(model, value, data.trainData(), all);
        curves.add(new TrainingCurve("fine-tuning: loss", loss.values));
        return new TrainedCandidate(
                trained, report, (middle - start) / NANOS, (System.nanoTime() - middle) / NANOS, curves);
    }

    static PretrainingSettings settingsOf(Object value, PretrainingSettings usual) {
        return value instanceof PretrainedConfiguration pretrained ? pretrained.pretraining() : usual;
    }

    static Object unlabelled(DataSource data) {
        return data instanceof PretrainingDataSource source ? source.unlabelledData() : data.trainData();
    }

    private Model initialised(Object value) {
        if (value instanceof DL4JConfiguration layers) {
            MultiLayerConfiguration configuration =
                    layers.getMultiLayerConfiguration().clone();
            configuration.getConfs().forEach(conf -> conf.setSeed(seed));
            MultiLayerNetwork network = new MultiLayerNetwork(configuration);
            network.init();
            return network;
        }
        if (value instanceof GraphConfiguration graph) {
            ComputationGraphConfiguration configuration =
                    graph.getConfiguration().clone();
            configuration.getDefaultConfiguration().setSeed(seed);
            configuration.getVertices().values().forEach(vertex -> {
                if (vertex instanceof LayerVertex layer) {
                    layer.getLayerConf().setSeed(seed);
                }
            });
            ComputationGraph network = new ComputationGraph(configuration);
            network.init();
            return network;
        }
        throw new IllegalArgumentException("a candidate of type "
                + value.getClass().getName() + ", expected a DL4JConfiguration or GraphConfiguration");
    }

    /** Pretrains if the settings ask for it and there is an RBM layer. */
    static @Nullable PretrainingReport pretrain(
            Model model, PretrainingSettings settings, Object data, TimeLimit clock) {
        List<String> layers = rbmLayers(model);
        if (settings.isNone() || layers.isEmpty()) {
            return null;
        }
        GreedyPretrainer pretrainer =
                settings.pretrainer(layers).listeners(clock).build();
        if (model instanceof MultiLayerNetwork network) {
            return pretrainer.pretrain(network, ScoreUtil.getIterator(data));
        }
        ComputationGraph graph = (ComputationGraph) model;
        return data instanceof DataSetIterator iterator
                ? pretrainer.pretrain(graph, iterator)
                : pretrainer.pretrain(graph, ScoreUtil.getMultiIterator(data));
    }

    /** Names of the RBM layers from below, as the pretrainer knows them. */
    private static List<String> rbmLayers(Model model) {
        if (model instanceof MultiLayerNetwork network) {
            return IntStream.range(0, network.getnLayers())
                    .filter(i -> network.getLayer(i).conf().getLayer() instanceof RbmLayer)
                    .mapToObj(String::valueOf)
                    .toList();
        }
        return Arrays.stream(((ComputationGraph) model).getLayers())
                .filter(layer -> layer.conf().getLayer() instanceof RbmLayer)
                .map(layer -> layer.conf().getLayer().getLayerName())
                .toList();
    }

    private Model fineTune(Model model, Object value, Object data, List<TrainingListener> listeners) {
        if (model instanceof MultiLayerNetwork network) {
            DL4JConfiguration settings = (DL4JConfiguration) value;
            network.addListeners(listeners.toArray(TrainingListener[]::new));
            DataSetIterator iterator = ScoreUtil.getIterator(data);
            if (settings.getEarlyStoppingConfiguration() != null) {
                return bestOf(new EarlyStoppingTrainer(
                                stoppingOf(settings.getEarlyStoppingConfiguration()), network, iterator)
                        .fit());
            }
            network.fit(iterator, epochs(settings.getNumEpochs()));
            network.setListeners();
            return network;
        }
        ComputationGraph graph = (ComputationGraph) model;
        GraphConfiguration settings = (GraphConfiguration) value;
        graph.addListeners(listeners.toArray(TrainingListener[]::new));
        MultiDataSetIterator iterator = ScoreUtil.getMultiIterator(data);
        if (settings.getEarlyStoppingConfiguration() != null) {
            return bestOf(new EarlyStoppingGraphTrainer(settings.getEarlyStoppingConfiguration(), graph, iterator, null)
                    .fit());
        }
        graph.fit(iterator, epochs(settings.getNumEpochs()));
        graph.setListeners(List.of());
        return graph;
    }

    private int epochs(@Nullable Integer all) {
        return PretrainingSettings.shareOf(all == null ? 1 : all, share);
    }

    @SuppressWarnings("unchecked") // the host declares it raw, and a network can have no other
    private static EarlyStoppingConfiguration<MultiLayerNetwork> stoppingOf(EarlyStoppingConfiguration<?> raw) {
        return (EarlyStoppingConfiguration<MultiLayerNetwork>) raw;
    }

    private static <M extends Model> M bestOf(EarlyStoppingResult<M> result) {
        M best = result.getBestModel();
        if (best == null || result.getTerminationReason() == EarlyStoppingResult.TerminationReason.Error) {
            throw new IllegalStateException("early stopping ended with " + result.getTerminationDetails());
        }
        return best;
    }

    private static List<TrainingCurve> curvesOf(PretrainingReport report) {
        return report.layers().stream()
                .map(layer -> new TrainingCurve(
                        "layer " + layer.name() + ": reconstruction error",
                        layer.history().stream()
                                .map(PretrainingMonitors::reconstructionError)
                                .toList()))
                .toList();
    }

    /** The mean loss of the minibatches of each epoch. */
    private static final class LossCurve extends BaseTrainingListener {

        private final List<Double> values = new ArrayList<>();
        private double sum;
        private int minibatches;

        @Override
        public void iterationDone(Model model, int iteration, int epoch) {
            sum += model.score();
            minibatches++;
        }

        @Override
        public void onEpochEnd(Model model) {
            values.add(minibatches == 0 ? 0 : sum / minibatches);
            sum = 0;
            minibatches = 0;
        }
    }
}
