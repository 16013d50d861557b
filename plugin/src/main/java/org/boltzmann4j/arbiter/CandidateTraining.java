package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.JemReport;
import org.boltzmann4j.dl4j.JemTrainer;
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
 * @param clock asked after each minibatch
 */
record CandidateTraining(long seed, double share, TimeLimit clock) {

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
        Model model = initialised(value);
        long start = System.nanoTime();
        CandidateSettings settings = settingsOf(value, usual);
        PretrainingReport report = pretrain(model, settings.pretraining().share(share), unlabelled(data), clock);
        long middle = System.nanoTime();
        List<TrainingCurve> curves = new ArrayList<>();
        if (report != null) {
            curves.addAll(curvesOf(report));
        }
        EpochMeans loss = EpochMeans.ofLoss("fine-tuning: loss");
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.addAll(List.of(clock, loss));
        List<String> notes = new ArrayList<>();
        Model trained = model;
        if (settings.joint() == null) {
            trained = fineTune(model, value, data.trainData(), all);
            curves.add(loss.curve());
        } else {
            EpochMeans gap = new EpochMeans("joint training: energy of samples minus that of data");
            all.add(gap);
            notes.addAll(trainJointly(model, value, settings.joint(), data, all, gap));
            curves.add(loss.curve());
            curves.add(gap.curve());
        }
        return new TrainedCandidate(
                trained, report, (middle - start) / NANOS, (System.nanoTime() - middle) / NANOS, curves, notes);
    }

    static CandidateSettings settingsOf(Object value, PretrainingSettings usual) {
        return value instanceof PretrainedConfiguration pretrained
                ? pretrained.settings()
                : new CandidateSettings(usual, null, List.of());
    }

    static Object unlabelled(DataSource data) {
        return data instanceof PretrainingDataSource source ? source.unlabelledData() : data.trainData();
    }

    /** The network or graph with its random start. */
    Model initialised(Object value) {
        if (value instanceof DL4JConfiguration layers) {
            MultiLayerNetwork network = new MultiLayerNetwork(configured(layers));
            network.init();
            return network;
        }
        if (value instanceof GraphConfiguration graph) {
            ComputationGraph network = new ComputationGraph(configured(graph));
            network.init();
            return network;
        }
        throw new IllegalArgumentException("a candidate of type "
                + value.getClass().getName() + ", expected a DL4JConfiguration or GraphConfiguration");
    }

    /** The configuration with the seed of this training. */
    MultiLayerConfiguration configured(DL4JConfiguration layers) {
        MultiLayerConfiguration configuration =
                layers.getMultiLayerConfiguration().clone();
        configuration.getConfs().forEach(conf -> conf.setSeed(seed));
        return configuration;
    }

    /** The configuration with the seed of this training. */
    ComputationGraphConfiguration configured(GraphConfiguration graph) {
        ComputationGraphConfiguration configuration = graph.getConfiguration().clone();
        configuration.getDefaultConfiguration().setSeed(seed);
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().setSeed(seed);
            }
        });
        return configuration;
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
    static List<String> rbmLayers(Model model) {
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
            int count = epochs(settings.getNumEpochs());
            if (count > 0) { // the host refuses none
                network.fit(iterator, count);
            }
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
        int count = epochs(settings.getNumEpochs());
        if (count > 0) {
            graph.fit(iterator, count);
        }
        graph.setListeners(List.of());
        return graph;
    }

    /** Returns where the guard had to go back, and why it stopped if it did: the model is the last healthy one. */
    private List<String> trainJointly(
            Model model,
            Object value,
            JointSettings joint,
            DataSource data,
            List<TrainingListener> listeners,
            EpochMeans gap) {
        if (!(model instanceof MultiLayerNetwork network) || !(value instanceof DL4JConfiguration settings)) {
            throw new IllegalArgumentException("joint training of a graph, expected a network of layers");
        }
        int count = epochs(settings.getNumEpochs());
        if (count == 0) {
            return List.of();
        }
        network.addListeners(listeners.toArray(TrainingListener[]::new));
        JemTrainer trainer = JemTrainer.of(joint.training(seed))
                .epochs(count)
                .listener(minibatch -> gap.add(minibatch.gap()))
                .build();
        DataSetIterator labelled = ScoreUtil.getIterator(data.trainData());
        try {
            JemReport report = data instanceof PretrainingDataSource source
                    ? trainer.fit(network, labelled, ScoreUtil.getIterator(source.unlabelledData()))
                    : trainer.fit(network, labelled);
            List<String> notes = new ArrayList<>(report.returns());
            if (report.stopped() != null) {
                notes.add("joint training stopped in epoch " + (report.epochs() + 1) + ": " + report.stopped());
            }
            return notes;
        } finally {
            network.setListeners();
        }
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
}
