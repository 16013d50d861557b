package org.boltzmann4j.sampler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Completes rows of which some values are known, any in each row, by an RBM: the known ones are held at every step, the
 * others sampled from their conditional distribution, whose means are averaged over sweeps. Immutable settings. By default samplers
 * begin at white noise and mean field at its means.
 *
 * <pre>{@code
 * INDArray whole = Completion.of(RbmLayer.modelOf(net, 0)).complete(halves, known).means();
 * }</pre>
 *
 * <p>Grey values of binary units are held as they are, as if they were means. Groups of softmax units may be known in part
 * (a zero excludes a category). Of word counts the unknown columns matter by their sum: it is how many words are missing.
 */
public final class Completion extends InferenceSettings<Completion> {

    /** Rows of one matrix, all rungs and chains together: bounds the memory, and is large enough for the products. */
    private static final int MOST_ROWS = 5000;

    private final Rbm rbm;
    private int sweeps = 400;

    private Completion(Rbm rbm) {
        super(1, 100);
        this.rbm = Objects.requireNonNull(rbm, "rbm");
    }

    private Completion(Completion other) {
        super(other);
        this.rbm = other.rbm;
        this.sweeps = other.sweeps;
    }

    @Override
    Completion copy() {
        return new Completion(this);
    }

    /**
     * By one chain of block Gibbs sampling for every row, from white noise, with 400 sweeps averaged after 100.
     *
     * @param rbm the model, not modified
     * @return the settings
     */
    public static Completion of(Rbm rbm) {
        return new Completion(rbm);
    }

    /**
     * Sets the number of sweeps whose conditional means are averaged.
     *
     * @param count at least 1; without meaning for mean field
     * @return the changed settings
     * @throws IllegalArgumentException if it is below 1
     */
    public Completion withSweeps(int count) {
        Completion changed = new Completion(this);
        changed.sweeps = requireAtLeast(count, 1, "sweeps");
        return changed;
    }

    /**
     * Completes rows.
     *
     * @param x {@code [n, visible]}, not modified; of the unknown units any numbers, but see above for word counts
     * @param known {@code [n, visible]}, or {@code [1, visible]} for all rows; not 0 where the value of x is known; any type
     *     of array
     * @return the completed rows, owned by the caller
     * @throws IllegalArgumentException if shapes do not fit, a known value is none of the units', or word counts are to start
     *     elsewhere than at noise
     */
    public Completed complete(INDArray x, INDArray known) {
        Matrices.requireMatrix(x, rbm.visibleWidth(), "rows to complete");
        KnownValues values = KnownValues.of(x, known).requireFor(rbm);
        if (start != null) {
            requireWidth(start, rbm);
            if (rbm.visible().countsWords() || (start.size(0) != 1 && start.size(0) != x.size(0))) {
                throw new IllegalArgumentException("states to start at: " + start.size(0) + " rows for " + x.size(0)
                        + " of " + rbm.visible() + " units, expected as many, or 1; and none for word counts");
            }
        }
        return inThreads(() -> completeNow(x, values));
    }

    private Completed completeNow(INDArray x, KnownValues known) {
        int rows = known.rows();
        INDArray means = Matrices.detached(rbm.weights().dataType(), rows, rbm.visibleWidth());
        INDArray samples = Matrices.detached(means.dataType(), (long) runs() * rows, rbm.visibleWidth());
        double[] lengths = rbm.documentLengths(x);
        List<SwapReport> swaps = new ArrayList<>();
        MeanFieldReport report = null;
        int block = Math.max(1, MOST_ROWS / (runs() * rungs()));
        for (int from = 0; from < rows; from += block) {
            int to = Math.min(rows, from + block);
            Block some = new Block(
                    from, known.range(from, to), RandomStreams.of(seed).split("completion " + from));
            INDArray v = startStates(some, lengths);
            if (method instanceof MeanField field) {
                MeanFieldReport own = iterate(field, some, v, means, samples);
                report = report == null ? own : report.and(own);
            } else {
                SwapReport own = sample(some, v, means, samples);
                if (own != null) {
                    swaps.add(own);
                }
            }
        }
        return new Completed(means, samples, swaps, report);
    }

    /** Rows that are worked on together. */
    private record Block(int first, KnownValues known, RandomStreams streams) {
        int rows() {
            return known.rows();
        }
    }

    /** Chains for every row. */
    private int runs() {
        return method instanceof MeanField ? 1 : chains;
    }

    private int rungs() {
        return method instanceof TemperedGibbs tempered
                ? tempered.ladder().start().size()
                : 1;
    }

    private MeanFieldReport iterate(MeanField field, Block block, INDArray v, INDArray means, INDArray samples) {
        LayerStates visible = new LayerStates(rbm.visible(), v.dataType(), v.size(0), rbm.visibleWidth());
        visible.present(v, (row, values) -> {});
        visible.hold(block.known());
        MeanFieldReport report = MeanFieldIteration.run(rbm, field, visible);
        INDArray found = visible.meanValues();
        Matrices.copyRows(found, means, block.first(), 1);
        Matrices.copyRows(found, samples, block.first(), 1);
        return report;
    }

    private @Nullable SwapReport sample(Block block, INDArray v, INDArray means, INDArray samples) {
        InferenceChains sampled = InferenceChains.start(
                rbm, method, v, block.known(), block.streams().split("chains"));
        if (burnIn > 0) {
            sampled.advance(rbm, burnIn);
        }
        INDArray sum = Matrices.detached(v.dataType(), v.size(0), v.size(1));
        for (int sweep = 0; sweep < sweeps; sweep++) {
            sampled.advance(rbm, 1);
            sum.addi(sampled.visible().means());
        }
        Rows sums = Rows.of(sampled.visible().unscaled(sum));
        Rows last = Rows.of(sampled.visible().values());
        Rows intoMeans = Rows.of(means);
        Rows intoSamples = Rows.of(samples);
        double[] total = new double[rbm.visibleWidth()];
        double[] x = new double[rbm.visibleWidth()];
        for (int row = 0; row < block.rows(); row++) {
            Arrays.fill(total, 0);
            for (int chain = 0; chain < chains; chain++) {
                int index = chain * block.rows() + row;
                sums.read(index, x);
                for (int i = 0; i < x.length; i++) {
                    total[i] += x[i] / sweeps / chains;
                }
                last.read(index, x);
                intoSamples.write((long) chain * means.size(0) + block.first() + row, x);
            }
            block.known().put(row, total); // without the rounding of the average
            intoMeans.write(block.first() + row, total);
        }
        return InferenceChains.swaps(sampled);
    }

    /** {@code [chains * rows, visible]}, known values in place. */
    private INDArray startStates(Block block, double[] lengths) {
        int rows = block.rows() * runs();
        INDArray given = start;
        if (given == null) {
            double[] own = lengths.length == 0
                    ? lengths
                    : Arrays.copyOfRange(lengths, block.first(), block.first() + block.rows());
            RandomStreams noise =
                    method instanceof MeanField ? null : block.streams().split("noise");
            return WhiteNoise.of(rbm, rows, block.known(), own, noise);
        }
        int first = block.first();
        boolean oneForAll = given.size(0) == 1;
        return requireStatesOrMeans(
                chosenRows(
                        given,
                        rbm.weights().dataType(),
                        rows,
                        row -> oneForAll ? 0 : first + row % block.rows(),
                        block.known()),
                rbm.visible());
    }
}
