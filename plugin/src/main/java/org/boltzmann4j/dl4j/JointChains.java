package org.boltzmann4j.dl4j;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.LangevinReport;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The chains of joint training: one replay buffer for samples of {@code p(x)}, one in class blocks for samples of {@code p(x | y)},
 * filled when first wanted. Mutable.
 */
final class JointChains {

    private final JointTraining.Builder options;
    private final RandomStreams streams;
    private final int classes;
    private final ChainStarts starts;
    private Langevin langevin;
    private @Nullable ReplayBuffer free;
    private @Nullable ReplayBuffer blocked;
    private long steps;

    JointChains(JointTraining.Builder options, RandomStreams streams, int classes, ChainStarts starts) {
        this.options = options;
        this.streams = streams;
        this.classes = classes;
        this.starts = starts;
        this.langevin = options.sampler();
    }

    /** The chains and the counter of their steps. */
    record State(long steps, @Nullable ReplayBuffer free, @Nullable ReplayBuffer blocked) {}

    State snapshot() {
        return new State(steps, copy(free), copy(blocked));
    }

    void restore(State state) {
        returnTo(state);
        steps = state.steps();
    }

    /** The counter goes on, so that a second attempt at the same minibatches draws other numbers. */
    void returnTo(State state) {
        free = copy(state.free());
        blocked = copy(state.blocked());
    }

    private static @Nullable ReplayBuffer copy(@Nullable ReplayBuffer buffer) {
        return buffer == null ? null : buffer.copy();
    }

    void use(Langevin sampler) {
        langevin = sampler;
    }

    @Nullable ReplayBuffer free() {
        return free;
    }

    /**
     * Moves chains of {@code p(x)}.
     *
     * @param model at its present parameters
     * @param rows how many
     * @param type of the samples
     * @param minibatch counter of the random numbers
     * @return the moved chains, not yet written back
     */
    Visit visit(NetworkEnergy model, int rows, DataType type, long minibatch) {
        free = bufferOr(free, false, model.features(), type);
        return visit(model, free, rows, null, "free", type, minibatch);
    }

    /**
     * Moves chains of {@code p(x | y)}.
     *
     * @param wanted class of each, not modified
     */
    Visit visit(NetworkEnergy model, int[] wanted, DataType type, long minibatch) {
        blocked = bufferOr(blocked, true, model.features(), type);
        return visit(model, blocked, wanted.length, wanted, "conditional", type, minibatch);
    }

    private @Nullable ReplayBuffer bufferOr(
            @Nullable ReplayBuffer existing, boolean inBlocks, int features, DataType type) {
        if (existing != null || options.bufferSize == 0) {
            return existing;
        }
        return ReplayBuffer.filled(
                options.bufferSize,
                features,
                classes,
                inBlocks,
                type,
                starts,
                streams.split(inBlocks ? "blocked buffer" : "free buffer"));
    }

    private Visit visit(
            NetworkEnergy model,
            @Nullable ReplayBuffer buffer,
            int rows,
            int @Nullable [] wanted,
            String name,
            DataType type,
            long minibatch) {
        RandomStreams own = streams.split(name);
        Visit visit;
        if (buffer == null) {
            visit = new Visit(
                    null, new int[0], fresh(rows, model.features(), wanted, own, type, minibatch), wanted, rows);
        } else {
            int[] slots = buffer.choose(rows, wanted, own.split("choice").random(minibatch, 0));
            int restarts = buffer.restart(
                    slots,
                    new ReplayBuffer.Restarts(options.restartRate, options.balancedRestarts),
                    starts,
                    own.split("restart"),
                    minibatch);
            visit = new Visit(buffer, slots, buffer.read(slots), wanted, restarts);
        }
        visit.report = langevin.run(model, visit.x, wanted, null, own.split("noise"), steps);
        steps += langevin.steps();
        return visit;
    }

    private INDArray fresh(
            int rows, int features, int @Nullable [] wanted, RandomStreams own, DataType type, long minibatch) {
        INDArray x = Nd4j.createUninitialized(type, new long[] {rows, features}, 'c');
        Rows into = Rows.of(x);
        double[] row = new double[features];
        for (int i = 0; i < rows; i++) {
            SplittableRandom random = own.split("start").random(minibatch, i);
            starts.draw(wanted == null ? random.nextInt(classes) : wanted[i], random, row);
            into.write(i, row);
        }
        return x;
    }

    /** Chains moved once, on their way back to their buffer. */
    static final class Visit {

        private final @Nullable ReplayBuffer buffer;
        private final int[] slots;
        private final INDArray x;
        private final int @Nullable [] wanted;
        private final int restarts;
        private @Nullable LangevinReport report;

        private Visit(@Nullable ReplayBuffer buffer, int[] slots, INDArray x, int @Nullable [] wanted, int restarts) {
            this.buffer = buffer;
            this.slots = slots;
            this.x = x;
            this.wanted = wanted;
            this.restarts = restarts;
        }

        /** {@code [rows, features]}, not to be modified. */
        INDArray samples() {
            return x;
        }

        int rows() {
            return (int) x.size(0);
        }

        /** Class a row is a sample of, or {@link ClassLabels#NONE}. */
        int label(int row) {
            return wanted == null ? ClassLabels.NONE : wanted[row];
        }

        LangevinReport report() {
            return Objects.requireNonNull(report, "report");
        }

        int restarts() {
            return restarts;
        }

        /** Writes the chains back; {@code seen} is the class the model sees in each, not modified, or null if it was not asked. */
        void keep(int @Nullable [] seen) {
            if (buffer != null) {
                buffer.write(slots, x, seen);
            }
        }

        double meanVisits() {
            return buffer == null ? 0 : buffer.meanVisits();
        }

        /** Share of the rarest class, in a free buffer once the chains are back, else among these chains. */
        double smallestClassShare(int[] seen, int classes) {
            int[] counts = new int[classes];
            if (buffer != null && !buffer.isBlocked()) {
                counts = buffer.classCounts();
            } else {
                for (int label : seen) {
                    counts[label]++;
                }
            }
            return (double) IntStream.of(counts).min().orElse(0)
                    / IntStream.of(counts).sum();
        }
    }
}
