package org.boltzmann4j.dl4j;

import java.util.Arrays;
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
    private @Nullable GrowingMatrix freeRows;
    private @Nullable GrowingMatrix blockedRows;
    private long steps;

    JointChains(JointTraining.Builder options, RandomStreams streams, int classes, ChainStarts starts) {
        this.options = options;
        this.streams = streams;
        this.classes = classes;
        this.starts = starts;
        this.langevin = options.sampler();
    }

    /** The chains and the counter of their steps. */
    record State(long steps, @Nullable ReplayBuffer free, @Nullable ReplayBuffer blocked) {

        State copy() {
            return new State(steps, JointChains.copy(free), JointChains.copy(blocked));
        }

        /**
         * Checks that chains are rows like those of the data.
         *
         * @throws IllegalArgumentException if they are not
         */
        void requireFeatures(long features) {
            for (ReplayBuffer buffer : Arrays.asList(free, blocked)) {
                if (buffer != null && buffer.samples().size(1) != features) {
                    throw new IllegalArgumentException(
                            "holds samples of " + buffer.samples().size(1) + " features, expected " + features);
                }
            }
        }
    }

    /** The chains themselves, until the next visit. */
    State state() {
        return new State(steps, free, blocked);
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
     * @return the moved chains, not yet written back; valid until the next visit
     */
    Visit visit(NetworkEnergy model, int rows, DataType type, long minibatch) {
        free = bufferOr(free, false, model.features(), type);
        freeRows = freeRows != null ? freeRows : new GrowingMatrix(type, model.features());
        return visit(model, free, freeRows.first(rows), null, "free", minibatch);
    }

    /**
     * Moves chains of {@code p(x | y)}.
     *
     * @param wanted class of each, not modified
     */
    Visit visit(NetworkEnergy model, int[] wanted, DataType type, long minibatch) {
        blocked = bufferOr(blocked, true, model.features(), type);
        blockedRows = blockedRows != null ? blockedRows : new GrowingMatrix(type, model.features());
        return visit(model, blocked, blockedRows.first(wanted.length), wanted, "conditional", minibatch);
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
            INDArray x,
            int @Nullable [] wanted,
            String name,
            long minibatch) {
        RandomStreams own = streams.split(name);
        int rows = (int) x.size(0);
        int[] slots = {};
        int restarts = rows;
        if (buffer == null) {
            start(x, wanted, own, minibatch);
        } else {
            slots = buffer.choose(rows, wanted, own.split("choice").random(minibatch, 0));
            restarts = buffer.restart(
                    slots,
                    new ReplayBuffer.Restarts(options.restartRate, options.balancedRestarts),
                    starts,
                    own.split("restart"),
                    minibatch);
            buffer.read(slots, x);
        }
        Visit visit = new Visit(
                buffer, slots, x, wanted, restarts, langevin.run(model, x, wanted, null, own.split("noise"), steps));
        steps += langevin.steps();
        return visit;
    }

    private void start(INDArray x, int @Nullable [] wanted, RandomStreams own, long minibatch) {
        Rows into = Rows.of(x);
        double[] row = new double[into.width()];
        RandomStreams streamsOfStarts = own.split("start");
        for (int i = 0; i < into.count(); i++) {
            SplittableRandom random = streamsOfStarts.random(minibatch, i);
            starts.draw(wanted == null ? random.nextInt(classes) : wanted[i], random, row);
            into.write(i, row);
        }
    }

    /** Chains moved once, on their way back to their buffer. */
    static final class Visit {

        private final @Nullable ReplayBuffer buffer;
        private final int[] slots;
        private final INDArray x;
        private final int @Nullable [] wanted;
        private final int restarts;
        private final LangevinReport report;

        private Visit(
                @Nullable ReplayBuffer buffer,
                int[] slots,
                INDArray x,
                int @Nullable [] wanted,
                int restarts,
                LangevinReport report) {
            this.buffer = buffer;
            this.slots = slots;
            this.x = x;
            this.wanted = wanted;
            this.restarts = restarts;
            this.report = report;
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
            return report;
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
