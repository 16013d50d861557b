package org.boltzmann4j.dl4j;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/** Kinds of pretraining, small, and what is left of them. */
final class PretrainingCases {

    static final DataType TYPE = DataType.FLOAT;

    /** The last minibatch of an epoch is smaller than the others. */
    static final INDArray ROWS = Minibatches.patterns(TYPE, 44, 8, 1);

    private static final INDArray VALIDATION = Minibatches.patterns(TYPE, 20, 8, 2);

    /** Minibatches of an epoch. */
    static final int EPOCH = 5;

    static final int EPOCHS = 3;

    /** Short equilibrations: nothing is claimed of the model here. */
    private static final TrajectoryRules QUICK = new TrajectoryRules(0.3, 0.1, 2.0, 1.0, 3, 1, 32);

    private PretrainingCases() {}

    /** A kind of run. */
    record Case(
            String name,
            Supplier<MultiLayerNetwork> network,
            Supplier<Minibatches> data,
            UnaryOperator<GreedyPretrainer.Builder> settings) {

        @Override
        public String toString() {
            return name;
        }

        GreedyPretrainer.Builder pretrainer() {
            return settings.apply(Networks.pretrainer(EPOCHS));
        }
    }

    static MultiLayerNetwork network(NegativePhase phase, IUpdater updater, UnaryOperator<RbmLayer.Builder> layer) {
        return network(phase, updater, layer, 5);
    }

    static MultiLayerNetwork network(
            NegativePhase phase, IUpdater updater, UnaryOperator<RbmLayer.Builder> layer, int top) {
        NeuralNetConfiguration.ListBuilder list =
                Networks.base(TYPE).updater(updater).list();
        list.layer(layer.apply(Networks.rbm(8, 6).negativePhase(phase)).build());
        list.layer(Networks.rbm(6, top).negativePhase(phase).build());
        return Networks.initialised(list.layer(Networks.output(top)).build());
    }

    static Case of(String name, NegativePhase phase, IUpdater updater) {
        return of(name, phase, updater, layer -> layer, settings -> settings);
    }

    static Case of(
            String name,
            NegativePhase phase,
            IUpdater updater,
            UnaryOperator<RbmLayer.Builder> layer,
            UnaryOperator<GreedyPretrainer.Builder> settings) {
        return new Case(name, () -> network(phase, updater, layer), () -> Minibatches.of(ROWS, 10), settings);
    }

    static Case onRows(String name, INDArray rows, NegativePhase phase, UnaryOperator<RbmLayer.Builder> layer) {
        return new Case(
                name,
                () -> Networks.single(
                        rows.dataType(),
                        (int) rows.size(1),
                        5,
                        base -> base.updater(new Nesterovs(0.01, 0.5)),
                        l -> layer.apply(l.negativePhase(phase))),
                () -> Minibatches.of(rows, 10),
                settings -> settings);
    }

    static Case pcd(UnaryOperator<GreedyPretrainer.Builder> settings) {
        return of("PCD", PersistentContrastiveDivergence.of(1, 7), new Nesterovs(0.1, 0.5), layer -> layer, settings);
    }

    static TrajectoryTempering trajectory() {
        return TrajectoryTempering.of(1, 6).withRules(QUICK);
    }

    static Stream<Case> cases() {
        NegativePhase pcd = PersistentContrastiveDivergence.of(2, 7);
        INDArray normal = Minibatches.normal(DataType.DOUBLE, 44, 6, 3);
        INDArray counts = Minibatches.patterns(DataType.DOUBLE, 44, 6, 4).addi(1);
        return Stream.of(
                of("CD, plain steps", ContrastiveDivergence.of(1), new Sgd(0.1)),
                of("CD, momentum", ContrastiveDivergence.of(2), new Nesterovs(0.1, 0.5)),
                of("PCD, momentum", pcd, new Nesterovs(0.1, 0.5)),
                of("PCD, Adam", pcd, new Adam(0.01)),
                of("fast PCD", FastPersistentContrastiveDivergence.of(1, 7, 0.05), new Nesterovs(0.1, 0.5)),
                of("PT", ParallelTempering.of(1, 4, Ladder.linear(4)), new Nesterovs(0.1, 0.5)),
                of(
                        "PT, a ladder that grows, from base rates",
                        ParallelTempering.of(2, 4, new AdaptiveLadder(0.99, 3, 8, 0.0, 6))
                                .withPath(TemperingPath.BASE_RATES),
                        new Nesterovs(0.5, 0.5)),
                of("PTT", trajectory(), new Nesterovs(0.5, 0.5)),
                of(
                        "PTT that freezes and goes back",
                        trajectory().withRules(QUICK.withAcceptance(0.95, 0.9)),
                        new Nesterovs(2, 0.9)),
                of(
                        "sparsity, centering, dropped units",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer.sparsity(SparsityTarget.of(0.1, 0.5))
                                .centering(Centering.of(0.1))
                                .hiddenUnitDropout(HiddenUnitDropout.retaining(0.5)),
                        settings -> settings),
                of(
                        "an average that is kept",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.averaging(ParameterAverage.ofDecay(0.9))),
                of("early stopping", pcd, new Nesterovs(0.3, 0.9), layer -> layer, settings -> settings.validation(
                                Minibatches.of(VALIDATION, 10))
                        .stopEarly(StoppingRule.onReconstructionError(0.001, 2))),
                of(
                        "nothing kept in memory",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.cacheBytes(0)),
                of(
                        "samples handed up",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.propagation(Propagation.SAMPLE)),
                new Case(
                        "an iterator that shuffles",
                        () -> network(pcd, new Nesterovs(0.1, 0.5), layer -> layer),
                        () -> Minibatches.of(ROWS, 10).rotating(),
                        settings -> settings.cacheBytes(0)),
                of("two threads", pcd, new Nesterovs(0.1, 0.5), layer -> layer, settings -> settings.threads(2)),
                of("back-off", pcd, new Nesterovs(0.1, 0.5), layer -> layer, settings -> settings.backOff(2)),
                of(
                        "weighted examples",
                        pcd,
                        new Nesterovs(0.1, 0.5),
                        layer -> layer,
                        settings -> settings.exampleWeights(PretrainingCases::weights)),
                onRows("Gaussian units in double precision", normal, pcd, layer -> layer.visible(Gaussian.of(2))),
                onRows("learned scales, PTT", normal, trajectory(), layer -> layer.visible(LearnedGaussian.standard())),
                onRows(
                        "documents, PT",
                        counts,
                        ParallelTempering.of(1, 4, Ladder.linear(3)),
                        layer -> layer.visible(new ReplicatedSoftmax())));
    }

    static double[] weights(org.nd4j.linalg.dataset.api.MultiDataSet minibatch) {
        double[] result = new double[(int) minibatch.getFeatures(0).size(0)];
        Arrays.setAll(result, row -> 1 + row % 3);
        return result;
    }

    /** Runs with a checkpoint after every so many minibatches, all of them kept. */
    static MultiLayerNetwork write(Case run, Path folder, int interval) {
        MultiLayerNetwork written = run.network().get();
        run.pretrainer()
                .checkpoints(Checkpoints.in(folder).everyMinibatches(interval).keepLast(1000))
                .build()
                .pretrain(written, run.data().get());
        return written;
    }

    static List<List<PretrainingMonitors>> histories(PretrainingReport report) {
        return report.layers().stream()
                .map(PretrainingReport.LayerReport::history)
                .toList();
    }
}
