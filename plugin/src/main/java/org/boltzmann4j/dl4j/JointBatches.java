package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.JointRow;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.ClassGaussians;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.LangevinReport;
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
    private Langevin langevin;
    private @Nullable NetworkEnergy energy;
    private long[] rowShape = {};
    private @Nullable ChainStarts starts;
    private @Nullable ReplayBuffer free;
    private @Nullable ReplayBuffer blocked;
    private @Nullable JointTelemetry telemetry;
    private long minibatches;
    private long steps;

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
        this.langevin = options.sampler();
        this.starts = options.starts;
        if (isGenerative() && starts == null) {
            starts = fitStarts();
        }
    }

    private boolean isGenerative() {
        return objective.weight() > 0 || objective.conditionalWeight() > 0 || objective.energyPenalty() > 0;
    }

    /** Reads the data until every class has the examples its Gaussian wants, or to the end, and resets them. */
    private ChainStarts fitStarts() {
        if (!data.resetSupported()) {
            throw new IllegalArgumentException(
                    "the data cannot be reset, so no Gaussian starts can be fitted to them: expected an"
                            + " iterator that can, or other starts");
        }
        List<INDArray> features = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        int[] missing = new int[classes];
        Arrays.fill(missing, options.examplesPerClass);
        data.reset();
        while (data.hasNext() && IntStream.of(missing).anyMatch(m -> m > 0)) {
            DataSet batch = data.next();
            INDArray rows = flat(batch.getFeatures());
            int[] found = labelsOf(batch.getLabels(), (int) rows.size(0));
            for (int i = 0; i < found.length; i++) {
                if (found[i] >= 0 && missing[found[i]]-- > 0) {
                    features.add(rows.getRow(i, true).dup('c'));
                    labels.add(found[i]);
                }
            }
        }
        data.reset();
        if (features.isEmpty()) {
            throw new IllegalArgumentException(
                    "no row of the data has a label, so no Gaussian starts can be fitted: expected"
                            + " labels, or other starts");
        }
        return ClassGaussians.fit(
                Nd4j.vstack(features).dup('c'),
                labels.stream().mapToInt(Integer::intValue).toArray(),
                classes,
                options.examplesPerClass,
                options.box);
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
        int[] labels = labelsOf(batch.getLabels(), (int) features.size(0));
        boolean allLabelled = IntStream.of(labels).allMatch(label -> label >= 0);
        if (!isGenerative() && options.noise() == 0 && unlabelled == null && allLabelled) {
            return batch;
        }
        INDArray real = flat(features);
        options.box.requireHolds(real, "minibatch " + minibatches + " of the data");
        long[] shape = features.shape().clone();
        if (unlabelled != null) {
            INDArray more = unlabelledRows(shape);
            options.box.requireHolds(more, "minibatch " + minibatches + " of the unlabelled data");
            real = Nd4j.concat(0, real, more);
            int before = labels.length;
            labels = Arrays.copyOf(labels, (int) real.size(0));
            Arrays.fill(labels, before, labels.length, -1);
        }
        if (!isGenerative() && IntStream.of(labels).noneMatch(label -> label >= 0)) {
            throw new IllegalArgumentException("minibatch " + minibatches
                    + " has no labels, and without a generative weight there is nothing else to learn from");
        }
        DataType type = network.params().dataType();
        INDArray noisy = withNoise(real.castTo(type));
        if (!isGenerative()) {
            return dataSet(noisy, labels, shape, List.of(), List.of());
        }
        NetworkEnergy model = model(Arrays.copyOfRange(shape, 1, shape.length));
        List<INDArray> samples = new ArrayList<>();
        List<int[]> sampleLabels = new ArrayList<>();
        boolean both = objective.conditionalWeight() > 0;
        LangevinReport report = null;
        int restarts = 0;
        int[] chosen = {};
        ReplayBuffer buffer = null;
        if (both) {
            int[] wanted = IntStream.of(labels).filter(label -> label >= 0).toArray();
            if (wanted.length > 0) {
                blocked = bufferOr(blocked, true, type);
                Visit visit = visit(model, blocked, wanted.length, wanted, "conditional", type);
                samples.add(visit.x());
                sampleLabels.add(wanted);
                report = visit.report();
                restarts = visit.restarts();
            }
        }
        if (objective.weight() > 0 || objective.energyPenalty() > 0) {
            free = bufferOr(free, false, type);
            Visit visit = visit(model, free, labels.length, null, "free", type);
            samples.add(visit.x());
            int[] none = new int[labels.length];
            Arrays.fill(none, -1);
            sampleLabels.add(none);
            report = visit.report();
            restarts = visit.restarts();
            chosen = visit.slots();
            buffer = free;
        }
        DataSet result = dataSet(noisy, labels, shape, samples, sampleLabels);
        if (report != null) {
            observe(model, noisy, samples.get(samples.size() - 1), report, restarts, chosen, buffer);
        }
        return result;
    }

    private record Visit(INDArray x, int[] slots, LangevinReport report, int restarts) {}

    /** Moves chains of the buffer, or fresh ones. Chains are written back by {@link #observe}, or here if in blocks. */
    private Visit visit(
            NetworkEnergy model,
            @Nullable ReplayBuffer buffer,
            int rows,
            int @Nullable [] wanted,
            String name,
            DataType type) {
        RandomStreams own = streams.split(name);
        ChainStarts from = startsOrUniform();
        int[] slots = {};
        int restarts = rows;
        INDArray x;
        if (buffer == null) {
            x = Nd4j.createUninitialized(type, new long[] {rows, model.features()}, 'c');
            Rows into = Rows.of(x);
            double[] row = new double[into.width()];
            for (int i = 0; i < rows; i++) {
                SplittableRandom random = own.split("start").random(minibatches, i);
                from.draw(wanted == null ? random.nextInt(classes) : wanted[i], random, row);
                into.write(i, row);
            }
        } else {
            slots = buffer.choose(rows, wanted, own.split("choice").random(minibatches, 0));
            restarts = buffer.restart(
                    slots,
                    new ReplayBuffer.Restarts(options.restartRate, options.balancedRestarts),
                    from,
                    own.split("restart"),
                    minibatches);
            x = buffer.read(slots);
        }
        LangevinReport report = langevin.run(model, x, wanted, null, own.split("noise"), steps);
        steps += langevin.steps();
        if (buffer != null && wanted != null) {
            buffer.write(slots, x, null);
        }
        return new Visit(x, slots, report, restarts);
    }

    private void observe(
            NetworkEnergy model,
            INDArray real,
            INDArray samples,
            LangevinReport report,
            int restarts,
            int[] slots,
            @Nullable ReplayBuffer buffer) {
        int n = (int) real.size(0);
        int m = (int) samples.size(0);
        INDArray noise = Nd4j.createUninitialized(real.dataType(), new long[] {NOISE_ROWS, real.size(1)}, 'c');
        fillUniform(noise);
        model.logits(Nd4j.concat(0, real, samples, noise));
        double[] heights = model.heights();
        int[] seen = Arrays.copyOfRange(model.likeliest(), n, n + m);
        for (int i = 0; i < heights.length; i++) {
            if (!Double.isFinite(heights[i])) {
                throw new TrainingDivergedException("minibatch " + minibatches + ": the energy of "
                        + (i < n ? "data" : i < n + m ? "samples" : "noise") + " is " + -heights[i]);
            }
        }
        int[] counts = new int[classes];
        if (buffer != null) {
            buffer.write(slots, samples, seen);
            counts = buffer.classCounts();
        } else {
            for (int label : seen) {
                counts[label]++;
            }
        }
        telemetry = new JointTelemetry(
                minibatches,
                -mean(heights, 0, n),
                -mean(heights, n, n + m),
                -mean(heights, n + m, heights.length),
                report,
                buffer == null ? 0 : buffer.meanVisits(),
                restarts,
                (double) IntStream.of(counts).min().orElse(0)
                        / IntStream.of(counts).sum());
    }

    private void fillUniform(INDArray noise) {
        Rows rows = Rows.of(noise);
        double[] row = new double[rows.width()];
        ChainStarts uniform = ChainStarts.uniform(options.box);
        for (int i = 0; i < NOISE_ROWS; i++) {
            uniform.draw(0, streams.split("uniform").random(0, i), row);
            rows.write(i, row);
        }
    }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElse(0);
    }

    private ChainStarts startsOrUniform() {
        return starts != null ? starts : ChainStarts.uniform(options.box);
    }

    private @Nullable ReplayBuffer bufferOr(@Nullable ReplayBuffer existing, boolean inBlocks, DataType type) {
        if (existing != null || options.bufferSize == 0) {
            return existing;
        }
        return ReplayBuffer.filled(
                options.bufferSize,
                (int) Arrays.stream(rowShape).reduce(1, (a, b) -> a * b),
                classes,
                inBlocks,
                type,
                startsOrUniform(),
                streams.split(inBlocks ? "blocked buffer" : "free buffer"));
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

    private INDArray unlabelledRows(long[] shape) {
        if (unlabelled == null || (!unlabelled.hasNext() && !unlabelled.resetSupported())) {
            throw new IllegalArgumentException("the unlabelled data have ended and cannot be reset");
        }
        if (!unlabelled.hasNext()) {
            unlabelled.reset();
        }
        INDArray features = unlabelled.next().getFeatures();
        if (!Arrays.equals(
                Arrays.copyOfRange(features.shape(), 1, features.rank()), Arrays.copyOfRange(shape, 1, shape.length))) {
            throw new IllegalArgumentException("unlabelled data of shape " + Arrays.toString(features.shape())
                    + ", expected examples like the labelled ones, " + Arrays.toString(shape));
        }
        return flat(features);
    }

    private INDArray withNoise(INDArray real) {
        double deviation = options.noise();
        if (deviation == 0) {
            return real;
        }
        INDArray noisy = real.dup('c');
        Rows rows = Rows.of(noisy);
        double[] row = new double[rows.width()];
        RandomStreams own = streams.split("data noise");
        Box box = options.box;
        for (long r = 0; r < rows.count(); r++) {
            SplittableRandom random = own.random(minibatches, r);
            rows.read(r, row);
            for (int i = 0; i < row.length; i++) {
                row[i] = box.clamp(row[i] + deviation * random.nextGaussian());
            }
            rows.write(r, row);
        }
        return noisy;
    }

    private DataSet dataSet(
            INDArray real, int[] labels, long[] shape, List<INDArray> samples, List<int[]> sampleLabels) {
        List<INDArray> parts = new ArrayList<>(List.of(real));
        parts.addAll(samples);
        INDArray all = parts.size() == 1 ? real : Nd4j.concat(0, parts.toArray(INDArray[]::new));
        INDArray kinds = Nd4j.createUninitialized(real.dataType(), new long[] {all.size(0), classes}, 'c');
        Rows rows = Rows.of(kinds);
        double[] row = new double[classes];
        int at = 0;
        for (int label : labels) {
            (label >= 0 ? JointRow.LABELLED : JointRow.UNLABELLED).write(label, row);
            rows.write(at++, row);
        }
        for (int[] own : sampleLabels) {
            for (int label : own) {
                (label >= 0 ? JointRow.GENERATED_OF_CLASS : JointRow.GENERATED).write(label, row);
                rows.write(at++, row);
            }
        }
        long[] full = shape.clone();
        full[0] = all.size(0);
        return new DataSet(all.reshape('c', full), kinds);
    }

    /** The class of each row, -1 for none. */
    private int[] labelsOf(@Nullable INDArray labels, int rows) {
        int[] found = new int[rows];
        Arrays.fill(found, -1);
        if (labels == null || labels.isEmpty()) {
            return found;
        }
        if (labels.rank() != 2 || labels.size(0) != rows || labels.size(1) != classes) {
            throw new IllegalArgumentException("labels of shape " + Arrays.toString(labels.shape()) + ", expected ["
                    + rows + ", " + classes + "]");
        }
        Rows values = Rows.of(labels.ordering() == 'c' ? labels : labels.dup('c'));
        double[] row = new double[classes];
        for (int r = 0; r < rows; r++) {
            values.read(r, row);
            for (int c = 0; c < classes; c++) {
                if (row[c] == 1 && found[r] < 0) {
                    found[r] = c;
                } else if (row[c] != 0) {
                    throw new IllegalArgumentException("labels of row " + r + ": " + Arrays.toString(row)
                            + ", expected a single 1 among zeros, or zeros alone for a row without a class");
                }
            }
        }
        return found;
    }

    private static INDArray flat(INDArray features) {
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
        return free;
    }

    /** Everything later minibatches depend on but the network and the data. */
    record State(long minibatches, long steps, @Nullable ReplayBuffer free, @Nullable ReplayBuffer blocked) {}

    State snapshot() {
        return new State(
                minibatches, steps, free == null ? null : free.copy(), blocked == null ? null : blocked.copy());
    }

    void restore(State state) {
        minibatches = state.minibatches();
        steps = state.steps();
        free = state.free() == null ? null : state.free().copy();
        blocked = state.blocked() == null ? null : state.blocked().copy();
    }

    /** Counters go on, so that a second attempt at the same minibatches draws other numbers. */
    void restoreChains(State state) {
        free = state.free() == null ? null : state.free().copy();
        blocked = state.blocked() == null ? null : state.blocked().copy();
    }

    void use(JointObjective other, Langevin sampler) {
        objective = other;
        langevin = sampler;
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
