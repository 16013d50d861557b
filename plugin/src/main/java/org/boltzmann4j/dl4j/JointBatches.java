package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.JointRow;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The minibatches of {@link JointTraining}: real rows, then samples of the network as it is at that moment, told apart by their labels
 * ({@link JointRow}). Without a generative weight, data noise and unlabelled rows a minibatch passes through as it is.
 *
 * <p>Never prefetched, since samples belong to the parameters of their moment. State: the chains and one counter.
 */
public final class JointBatches implements DataSetIterator {

    private static final long serialVersionUID = 1;
    private static final int NOISE_ROWS = 10;

    private final JointTraining.Builder options;
    private final MultiLayerNetwork network;
    private final DataSetIterator iterator;
    private final JointData data;
    private final RandomStreams streams;
    private final int classes;
    private JointObjective objective;
    private final JointChains chains;
    private final BoxNoise noise;
    private @Nullable NetworkEnergy energy;
    private @Nullable INDArray noiseRows;
    private @Nullable Made made;
    private long[] rowShape = {};
    private @Nullable JointTelemetry telemetry;
    private long minibatches;
    private long samplingNanos;

    JointBatches(
            JointTraining training,
            MultiLayerNetwork network,
            DataSetIterator data,
            @Nullable DataSetIterator unlabelled) {
        this.options = training.options;
        this.network = network;
        this.iterator = data;
        this.data = new JointData(data, unlabelled);
        this.streams = RandomStreams.of(options.seed).split("joint training");
        this.classes = Math.toIntExact(NetworkEnergy.outputOf(network).getNOut());
        this.objective = options.objective;
        this.chains = new JointChains(options, streams, classes, starts(options, data, classes));
        this.noise = new BoxNoise(options.box, streams);
    }

    private static ChainStarts starts(JointTraining.Builder options, DataSetIterator data, int classes) {
        if (options.starts != null) {
            return options.starts;
        }
        return options.objective.needsSamples()
                ? FittedStarts.of(data, classes, options.examplesPerClass, options.box)
                : ChainStarts.uniform(options.box);
    }

    @Override
    @SuppressWarnings("try") // the scope does its work by being open
    public DataSet next() {
        try (var scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return joint(data.next());
        }
    }

    @Override
    @SuppressWarnings("try") // the scope does its work by being open
    public DataSet next(int examples) {
        try (var scope = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return joint(data.next(examples));
        }
    }

    private DataSet joint(DataSet batch) {
        minibatches++;
        made = null;
        if (batch.hasMaskArrays()) {
            throw new IllegalArgumentException(
                    "masks are not supported in joint training; expected minibatches without");
        }
        INDArray features = batch.getFeatures();
        if (features == null) {
            throw new IllegalArgumentException("minibatch " + minibatches + " has no features");
        }
        int[] labels = ClassLabels.of(batch.getLabels(), (int) features.size(0), classes);
        boolean allLabelled = IntStream.of(labels).allMatch(label -> label != ClassLabels.NONE);
        if (!objective.needsSamples() && options.noise() == 0 && !data.hasUnlabelled() && allLabelled) {
            return batch;
        }
        List<INDArray> real = new ArrayList<>(List.of(flat(features)));
        options.box.requireHolds(real.get(0), "minibatch " + minibatches + " of the data");
        long[] shape = features.shape().clone();
        if (data.hasUnlabelled()) {
            INDArray more = data.unlabelledRows(shape);
            options.box.requireHolds(more, "minibatch " + minibatches + " of the unlabelled data");
            real.add(more);
            int before = labels.length;
            labels = Arrays.copyOf(labels, before + (int) more.size(0));
            Arrays.fill(labels, before, labels.length, ClassLabels.NONE);
        }
        if (!objective.needsSamples() && IntStream.of(labels).allMatch(label -> label == ClassLabels.NONE)) {
            throw new IllegalArgumentException("minibatch " + minibatches
                    + " has no labels, and without a generative weight there is nothing else to learn from");
        }
        int[] kinds = labels;
        Made joint = options.threads == 0
                ? joined(real, kinds, shape)
                : Workers.with(options.threads, () -> joined(real, kinds, shape));
        made = joint;
        shape[0] = joint.features().size(0);
        return new DataSet(joint.features().reshape('c', shape), joint.labels());
    }

    private Made joined(List<INDArray> real, int[] labels, long[] shape) {
        List<JointChains.Visit> visits = sample(labels, Arrays.copyOfRange(shape, 1, shape.length));
        Made joint = make(real, labels, visits);
        if (!visits.isEmpty()) {
            observe(joint.features(), labels.length, visits);
        }
        return joint;
    }

    /** Samples of the labelled rows' classes, then one of {@code p(x)} for each real row, as far as the objective wants them. */
    private List<JointChains.Visit> sample(int[] labels, long[] shape) {
        List<JointChains.Visit> visits = new ArrayList<>();
        if (!objective.needsSamples()) {
            return visits;
        }
        long start = System.nanoTime();
        NetworkEnergy model = model(shape);
        DataType type = network.params().dataType();
        int[] wanted =
                IntStream.of(labels).filter(label -> label != ClassLabels.NONE).toArray();
        if (objective.conditionalWeight() > 0 && wanted.length > 0) {
            visits.add(chains.visit(model, wanted, type, minibatches));
        }
        if (objective.weight() > 0 || objective.energyPenalty() > 0) {
            visits.add(chains.visit(model, labels.length, type, minibatches));
        }
        samplingNanos += System.nanoTime() - start;
        return visits;
    }

    /** Writes the chains back, unless an energy is not finite, and leaves the telemetry of the last visit. */
    private void observe(INDArray all, int real, List<JointChains.Visit> visits) {
        JointChains.Visit last = visits.get(visits.size() - 1);
        visits.subList(0, visits.size() - 1).forEach(visit -> visit.keep(null));
        NetworkEnergy model = Objects.requireNonNull(energy, "energy");
        model.logits(Objects.requireNonNull(noiseRows, "noise"));
        double[] ofNoise = requireFinite(model.heights(), "noise");
        model.logits(all);
        double[] heights = requireFinite(model.heights(), "data or samples");
        int from = heights.length - last.rows();
        int[] seen = Arrays.copyOfRange(model.likeliest(), from, heights.length);
        last.keep(seen);
        telemetry = new JointTelemetry(
                minibatches,
                -mean(heights, 0, real),
                -mean(heights, from, heights.length),
                -mean(ofNoise, 0, ofNoise.length),
                last.report(),
                last.meanVisits(),
                last.restarts(),
                last.smallestClassShare(seen, classes),
                classes);
    }

    private double[] requireFinite(double[] heights, String what) {
        for (double height : heights) {
            if (!Double.isFinite(height)) {
                throw new TrainingDivergedException(
                        "minibatch " + minibatches + ": the energy of " + what + " is " + -height);
            }
        }
        return heights;
    }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElse(0);
    }

    private NetworkEnergy model(long[] shape) {
        NetworkEnergy model = energy;
        if (model == null || !Arrays.equals(shape, rowShape)) {
            rowShape = shape;
            model = NetworkEnergy.of(network, shape);
            energy = model;
            noiseRows = noise.uniform(network.params().dataType(), NOISE_ROWS, model.features());
        }
        return model;
    }

    /** A minibatch in arrays that nobody else holds, flat. */
    private record Made(INDArray features, INDArray labels) {}

    private Made make(List<INDArray> real, int[] labels, List<JointChains.Visit> visits) {
        int count = labels.length
                + visits.stream().mapToInt(JointChains.Visit::rows).sum();
        DataType type = network.params().dataType();
        INDArray all =
                Nd4j.createUninitialized(type, new long[] {count, real.get(0).size(1)}, 'c');
        INDArray kinds = Nd4j.createUninitialized(type, new long[] {count, classes}, 'c');
        Rows kindRows = Rows.of(kinds);
        double[] kind = new double[classes];
        int at = 0;
        for (INDArray part : real) {
            noise.copy(part, options.noise(), all, at, minibatches);
            at += (int) part.size(0);
        }
        for (int i = 0; i < at; i++) {
            (labels[i] == ClassLabels.NONE ? JointRow.UNLABELLED : JointRow.LABELLED).write(labels[i], kind);
            kindRows.write(i, kind);
        }
        for (JointChains.Visit visit : visits) {
            Matrices.copyRows(visit.samples(), all, at, 1);
            for (int i = 0; i < visit.rows(); i++) {
                int label = visit.label(i);
                (label == ClassLabels.NONE ? JointRow.GENERATED : JointRow.GENERATED_OF_CLASS).write(label, kind);
                kindRows.write(at++, kind);
            }
        }
        return new Made(all, kinds);
    }

    /** Frees the arrays of the last minibatch made here, which nobody may use any more; else they wait for the garbage collector. */
    void release() {
        if (made != null) {
            made.features().close();
            made.labels().close();
            made = null;
        }
    }

    static INDArray flat(INDArray features) {
        return features.reshape('c', features.size(0), features.length() / features.size(0));
    }

    /**
     * Returns what the last minibatch looked like.
     *
     * @return the telemetry, or null before the first minibatch with samples
     */
    public @Nullable JointTelemetry telemetry() {
        return telemetry;
    }

    /**
     * Returns the chains of {@code p(x)}.
     *
     * @return the buffer itself, not to be modified; null without one or before the first minibatch
     */
    public @Nullable ReplayBuffer buffer() {
        return chains.free();
    }

    /** Number of minibatches so far. */
    long minibatches() {
        return minibatches;
    }

    /** How long the sampler has worked so far, in seconds. */
    double samplingSeconds() {
        return samplingNanos / 1e9;
    }

    /** Everything later minibatches depend on but the network and the data. */
    record State(long minibatches, JointChains.State chains) {

        State copy() {
            return new State(minibatches, chains.copy());
        }
    }

    /** The chains themselves, until the next minibatch. */
    State state() {
        return new State(minibatches, chains.state());
    }

    /** For minibatches not yet begun. */
    void restore(State state, @Nullable JointTelemetry last) {
        minibatches = state.minibatches();
        chains.restore(state.chains());
        telemetry = last;
    }

    /** What the minibatches are made of. */
    JointData data() {
        return data;
    }

    /** Counters go on, so that a second attempt at the same minibatches draws other numbers. */
    void returnTo(State state) {
        chains.returnTo(state.chains());
    }

    void use(JointObjective other, Langevin sampler) {
        objective = other;
        chains.use(sampler);
    }

    @Override
    public boolean hasNext() {
        return data.hasNext();
    }

    @Override
    public void reset() {
        data.reset();
    }

    @Override
    public boolean resetSupported() {
        return iterator.resetSupported();
    }

    /** No: samples belong to the parameters of their moment. */
    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public int inputColumns() {
        return iterator.inputColumns();
    }

    @Override
    public int totalOutcomes() {
        return classes;
    }

    @Override
    public int batch() {
        return iterator.batch();
    }

    @Override
    public void setPreProcessor(@Nullable DataSetPreProcessor preProcessor) {
        iterator.setPreProcessor(preProcessor);
    }

    @Override
    @SuppressWarnings("NullAway") // the host's interface documents "none" as null
    public @Nullable DataSetPreProcessor getPreProcessor() {
        return iterator.getPreProcessor();
    }

    @Override
    @SuppressWarnings("NullAway") // the host's interface documents "none" as null
    public @Nullable List<String> getLabels() {
        return iterator.getLabels();
    }
}
