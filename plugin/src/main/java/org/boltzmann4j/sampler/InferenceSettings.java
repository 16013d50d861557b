package org.boltzmann4j.sampler;

import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link Generation} and {@link Completion} have in common: how states are found, with how many chains and sweeps, and where they
 * begin. Immutable; every method returns a changed copy.
 *
 * @param <S> the settings themselves
 */
public abstract sealed class InferenceSettings<S extends InferenceSettings<S>> permits Generation, Completion {

    Inference method = Inference.gibbs();
    int chains;
    int burnIn;
    long seed = 42;

    @Nullable INDArray start;

    int threads;

    InferenceSettings(int chains, int burnIn) {
        this.chains = chains;
        this.burnIn = burnIn;
    }

    InferenceSettings(InferenceSettings<S> other) {
        this.method = other.method;
        this.chains = other.chains;
        this.burnIn = other.burnIn;
        this.seed = other.seed;
        this.start = other.start;
        this.threads = other.threads;
    }

    abstract S copy();

    /**
     * Chooses how the RBM's states are found.
     *
     * @param inference block Gibbs sampling, parallel tempering (all rungs hold known values) or mean field
     * @return the changed settings
     */
    public S withMethod(Inference inference) {
        S changed = copy();
        changed.method = Objects.requireNonNull(inference, "method");
        return changed;
    }

    /**
     * Sets the number of chains, in every rung of tempering: of a {@link Generation} altogether, with mean field the number of rows; of a
     * {@link Completion} for every row, without meaning for mean field.
     *
     * @param count at least 1
     * @return the changed settings
     * @throws IllegalArgumentException if it is below 1
     */
    public S withChains(int count) {
        S changed = copy();
        changed.chains = requireAtLeast(count, 1, "chains");
        return changed;
    }

    /**
     * Sets the number of sweeps before those that count.
     *
     * @param sweeps not negative; without meaning for mean field
     * @return the changed settings
     * @throws IllegalArgumentException if it is negative
     */
    public S withBurnIn(int sweeps) {
        S changed = copy();
        changed.burnIn = requireAtLeast(sweeps, 0, "burnIn");
        return changed;
    }

    /**
     * Sets the seed of everything random.
     *
     * @param value any
     * @return the changed settings
     */
    public S withSeed(long value) {
        S changed = copy();
        changed.seed = value;
        return changed;
    }

    /**
     * Shares products and passes among threads, see {@link Workers}; any number of them gives the same bits.
     *
     * @param count at least 1
     * @return the changed settings
     * @throws IllegalArgumentException if it is below 1
     */
    public S withThreads(int count) {
        S changed = copy();
        changed.threads = requireAtLeast(count, 1, "threads");
        return changed;
    }

    /**
     * Starts at given visible states, or means of such, in place of white noise. A {@link Generation} repeats rows until every chain has
     * one, and draws them up through the lower layers of a deep belief network. A {@link Completion} takes one row for each row to
     * complete, or one for all, whose values of known units do not matter.
     *
     * @param v {@code [n, visible]} of the (lowest) RBM; not modified until it is used
     * @return the changed settings
     */
    public S startingAt(INDArray v) {
        S changed = copy();
        changed.start = Objects.requireNonNull(v, "states to start at");
        return changed;
    }

    static int requireAtLeast(int value, int least, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " = " + value + ", expected at least " + least);
        }
        return value;
    }

    <R> R inThreads(Supplier<R> work) {
        return threads == 0 ? work.get() : Workers.with(threads, work);
    }

    /**
     * The states to start at, checked.
     *
     * @throws IllegalArgumentException if the width is not the model's
     */
    static INDArray requireWidth(INDArray start, Rbm rbm) {
        return Matrices.requireMatrix(start, rbm.visibleWidth(), "states to start at");
    }

    /**
     * Copies rows to start at, with known values in place.
     *
     * @param given {@code [n, visible]}
     * @param source which of the rows belongs to a chain
     * @param known what the chains hold, if anything
     * @return {@code [chains, visible]}, of the given type
     */
    static INDArray chosenRows(
            INDArray given, DataType type, int chains, IntUnaryOperator source, @Nullable KnownValues known) {
        Rows from = Rows.of(given.castTo(type));
        INDArray result = Matrices.detached(type, chains, given.size(1));
        Rows into = Rows.of(result);
        double[] x = new double[from.width()];
        for (int chain = 0; chain < chains; chain++) {
            from.read(source.applyAsInt(chain), x);
            if (known != null) {
                known.put(chain, x);
            }
            into.write(chain, x);
        }
        return result;
    }

    /**
     * Checks that rows lie where the units' values and their means do.
     *
     * @throws IllegalArgumentException if a value does not
     */
    static INDArray requireStatesOrMeans(INDArray v, Unit units) {
        Rows rows = Rows.of(v);
        double[] x = new double[rows.width()];
        for (long row = 0; row < rows.count(); row++) {
            rows.read(row, x);
            int refused = units.countsWords() ? units.firstRefused(x) : firstBeyond(x, units);
            if (refused >= 0) {
                throw new IllegalArgumentException("states to start at: row " + row + ", column " + refused + " is "
                        + x[refused] + ", expected " + units.typeOf(refused).expectation());
            }
        }
        return v;
    }

    private static int firstBeyond(double[] x, Unit units) {
        for (int i = 0; i < x.length; i++) {
            Unit unit = units.typeOf(i);
            boolean between = unit.accepts(Math.floor(x[i])) && unit.accepts(Math.ceil(x[i]));
            if (!between && !unit.accepts(x[i])) {
                return i;
            }
        }
        return -1;
    }
}
