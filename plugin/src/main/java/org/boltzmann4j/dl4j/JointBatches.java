package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
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
    private final DataSetIterator data;
    private final @Nullable DataSetIterator unlabelled;
    private final RandomStreams streams;
    private final int classes;
    private JointObjective objective;
    private final JointChains chains;
    private final BoxNoise noise;
    private @Nullable NetworkEnergy energy;
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
        this.data = data;
        this.unlabelled = unlabelled;
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
        if (!objective.needsSamples() && options.noise() == 0 && unlabelled == null && allLabelled) {
            return batch;
        }
        INDArray real = flat(features);
        options.box.requireHolds(real, "minibatch " + minibatches + " of the data");
        long[] shape = features.shape().clone();
        if (unlabelled != null) {
            INDArray more = unlabelledRows(unlabelled, shape);
            options.box.requireHolds(more, "minibatch " + minibatches + " of the unlabelled data");
            real = Nd4j.concat(0, real, more);
            int before = labels.length;
            labels = Arrays.copyOf(labels, (int) real.size(0));
            Arrays.fill(labels, before, labels.length, ClassLabels.NONE);
        }
        if (!objective.needsSamples() && IntStream.of(labels).allMatch(label -> label == ClassLabels.NONE)) {
            throw new IllegalArgumentException("minibatch " + minibatches
                    + " has no labels, and without a generative weight there is nothing else to learn from");
        }
        INDArray noisy = noise.onto(real.castTo(network.params().dataType()), options.noise(), minibatches);
        List<JointChains.Visit> visits = sample(labels, Arrays.copyOfRange(shape, 1, shape.length));
        return dataSet(noisy, labels, shape, visits);
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
    private void observe(INDArray real, List<JointChains.Visit> visits) {
        JointChains.Visit last = visits.get(visits.size() - 1);
        visits.subList(0, visits.size() - 1).forEach(visit -> visit.keep(null));
        int n = (int) real.size(0);
        int m = last.rows();
        NetworkEnergy model = Objects.requireNonNull(energy, "energy");
        model.logits(Nd4j.concat(0, real, last.samples(), noise.uniform(NOISE_ROWS, real)));
        double[] heights = model.heights();
        for (int i = 0; i < heights.length; i++) {
            if (!Double.isFinite(heights[i])) {
                throw new TrainingDivergedException("minibatch " + minibatches + ": the energy of "
                        + (i < n ? "data" : i < n + m ? "samples" : "noise") + " is " + -heights[i]);
            }
        }
        int[] seen = Arrays.copyOfRange(model.likeliest(), n, n + m);
        last.keep(seen);
        telemetry = new JointTelemetry(
                minibatches,
                -mean(heights, 0, n),
                -mean(heights, n, n + m),
                -mean(heights, n + m, heights.length),
                last.report(),
                last.meanVisits(),
                last.restarts(),
                last.smallestClassShare(seen, classes),
                classes);
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
        }
        return model;
    }

    private static DataSet nextOf(DataSetIterator unlabelled) {
        if (!unlabelled.hasNext()) {
            if (!unlabelled.resetSupported()) {
                throw new IllegalArgumentException("the unlabelled data have ended and cannot be reset");
            }
            unlabelled.reset();
        }
        return unlabelled.next();
    }

    private static INDArray unlabelledRows(DataSetIterator unlabelled, long[] shape) {
        INDArray features = nextOf(unlabelled).getFeatures();
        if (!Arrays.equals(
                Arrays.copyOfRange(features.shape(), 1, features.rank()), Arrays.copyOfRange(shape, 1, shape.length))) {
            throw new IllegalArgumentException("unlabelled data of shape " + Arrays.toString(features.shape())
                    + ", expected examples like the labelled ones, " + Arrays.toString(shape));
        }
        return flat(features);
    }

    private DataSet dataSet(INDArray real, int[] labels, long[] shape, List<JointChains.Visit> visits) {
        List<INDArray> parts = new ArrayList<>(List.of(real));
        visits.forEach(visit -> parts.add(visit.samples()));
        INDArray all = parts.size() == 1 ? real : Nd4j.concat(0, parts.toArray(INDArray[]::new));
        INDArray kinds = Nd4j.createUninitialized(real.dataType(), new long[] {all.size(0), classes}, 'c');
        Rows rows = Rows.of(kinds);
        double[] row = new double[classes];
        int at = 0;
        for (int label : labels) {
            (label == ClassLabels.NONE ? JointRow.UNLABELLED : JointRow.LABELLED).write(label, row);
            rows.write(at++, row);
        }
        for (JointChains.Visit visit : visits) {
            for (int i = 0; i < visit.rows(); i++) {
                int label = visit.label(i);
                (label == ClassLabels.NONE ? JointRow.GENERATED : JointRow.GENERATED_OF_CLASS).write(label, row);
                rows.write(at++, row);
            }
        }
        if (!visits.isEmpty()) {
            observe(real, visits);
        }
        long[] full = shape.clone();
        full[0] = all.size(0);
        return new DataSet(all.reshape('c', full), kinds);
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
    record State(long minibatches, JointChains.State chains) {}

    State snapshot() {
        return new State(minibatches, chains.snapshot());
    }

    /** For minibatches not yet begun: unlabelled data are read to where they were. */
    void restore(State state) {
        minibatches = state.minibatches();
        chains.restore(state.chains());
        for (long i = 0; unlabelled != null && i < minibatches; i++) {
            nextOf(unlabelled);
        }
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
        return data.resetSupported();
    }

    /** No: samples belong to the parameters of their moment. */
    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public int inputColumns() {
        return data.inputColumns();
    }

    @Override
    public int totalOutcomes() {
        return classes;
    }

    @Override
    public int batch() {
        return data.batch();
    }

    @Override
    public void setPreProcessor(@Nullable DataSetPreProcessor preProcessor) {
        data.setPreProcessor(preProcessor);
    }

    @Override
    @SuppressWarnings("NullAway") // the host's interface documents "none" as null
    public @Nullable DataSetPreProcessor getPreProcessor() {
        return data.getPreProcessor();
    }

    @Override
    @SuppressWarnings("NullAway") // the host's interface documents "none" as null
    public @Nullable List<String> getLabels() {
        return data.getLabels();
    }
}
