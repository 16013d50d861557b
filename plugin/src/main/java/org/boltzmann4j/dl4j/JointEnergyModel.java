package org.boltzmann4j.dl4j;

import java.util.Arrays;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A classifier seen as a density over its inputs: with the logits z(x), {@code log p(x) = logsumexp(z) - log Z} and {@code log p(y | x) =
 * z_y - logsumexp(z)} (Grathwohl et al. 2020). Any network with a softmax output is one; only after {@link JointTraining} does
 * its density mean much.
 *
 * <p>The network is read at every call in inference mode and never changed. Not thread-safe.
 */
public final class JointEnergyModel {

    private static final int PIECE = 500;

    private final MultiLayerNetwork network;
    private @Nullable NetworkEnergy energy;
    private long[] shape = {};

    private JointEnergyModel(MultiLayerNetwork network) {
        this.network = network;
    }

    /**
     * Looks at a network as a joint energy model.
     *
     * @param network initialised, ending in a softmax output layer with cross-entropy; not modified
     * @return the model, which follows later changes of the network's parameters
     * @throws IllegalArgumentException if the network does not end in such a layer
     * @throws IllegalStateException if the network is not initialised
     */
    public static JointEnergyModel of(MultiLayerNetwork network) {
        NetworkEnergy.outputOf(network);
        return new JointEnergyModel(network);
    }

    NetworkEnergy at(long[] x) {
        long[] row = Arrays.copyOfRange(x, 1, x.length);
        NetworkEnergy model = energy;
        if (model == null || !Arrays.equals(row, shape)) {
            model = NetworkEnergy.of(network, row);
            energy = model;
            shape = row;
        }
        return model;
    }

    INDArray flat(INDArray x) {
        return x.castTo(network.params().dataType()).reshape('c', x.size(0), x.length() / x.size(0));
    }

    /**
     * Computes {@code log p(x) + log Z = logsumexp(z)}, in nats: a score of how usual an input is.
     *
     * @param x examples, batch first, as the network takes them; not modified
     * @return one value for each
     */
    public double[] logDensity(INDArray x) {
        double[] heights = new double[(int) x.size(0)];
        inPieces(x, (model, piece, first) -> {
            model.logits(piece);
            System.arraycopy(model.heights(), 0, heights, first, (int) piece.size(0));
        });
        return heights;
    }

    /** Part of the rows of an input. */
    @FunctionalInterface
    private interface Look {
        void at(NetworkEnergy model, INDArray piece, int first);
    }

    /** The values of the layers are held for one piece at a time. */
    private void inPieces(INDArray x, Look look) {
        NetworkEnergy model = at(x.shape());
        INDArray rows = flat(x);
        int count = (int) rows.size(0);
        for (int first = 0; first < count; first += PIECE) {
            int end = Math.min(count, first + PIECE);
            look.at(model, rows.get(NDArrayIndex.interval(first, end), NDArrayIndex.all()), first);
        }
    }

    /**
     * Computes {@code log p(y | x)}.
     *
     * @param x examples, batch first; not modified
     * @return {@code [examples, classes]}, owned by the caller
     */
    public INDArray logProbabilities(INDArray x) {
        INDArray result = Nd4j.createUninitialized(
                network.params().dataType(),
                new long[] {x.size(0), at(x.shape()).classes()},
                'c');
        Rows rows = Rows.of(result);
        double[] z = new double[rows.width()];
        inPieces(x, (model, piece, first) -> {
            Rows logits = Rows.of(model.logits(piece));
            for (int r = 0; r < logits.count(); r++) {
                logits.read(r, z);
                double height = StableFunctions.logSumExp(z);
                for (int c = 0; c < z.length; c++) {
                    z[c] -= height;
                }
                rows.write((long) first + r, z);
            }
        });
        return result;
    }

    /**
     * Computes {@code max_y log p(y | x)}: the usual confidence, as a score of how usual an input is.
     *
     * @param x examples, batch first; not modified
     * @return one value for each, at most 0
     */
    public double[] maxLogProbability(INDArray x) {
        return logProbabilities(x).max(1).toDoubleVector();
    }

    /**
     * Computes {@code -|d log p(x) / dx|}, the approximate mass of the typical set around an input (Grathwohl et al. 2020).
     *
     * @param x examples, batch first; not modified
     * @return one value for each, at most 0
     */
    public double[] approximateMass(INDArray x) {
        double[] mass = new double[(int) x.size(0)];
        inPieces(x, (model, piece, first) -> {
            Rows slopes = Rows.of(model.at(piece, null));
            double[] slope = new double[slopes.width()];
            for (int r = 0; r < slopes.count(); r++) {
                slopes.read(r, slope);
                double squares = 0;
                for (double value : slope) {
                    squares += value * value;
                }
                mass[first + r] = -Math.sqrt(squares);
            }
        });
        return mass;
    }

    /**
     * Draws samples by Langevin dynamics from fresh starts.
     *
     * @param count number of samples, at least 1
     * @param rowShape shape of one example
     * @param langevin the sampler
     * @param starts where chains begin, the i-th with class {@code labels[i]}, or with the classes in turn
     * @param labels for samples of {@code p(x | y)}, one class for each sample, not modified; null for {@code p(x)}
     * @param streams source of randomness
     * @return {@code [count, rowShape]}, owned by the caller
     */
    public INDArray sample(
            int count,
            long[] rowShape,
            Langevin langevin,
            ChainStarts starts,
            int @Nullable [] labels,
            RandomStreams streams) {
        if (count < 1) {
            throw new IllegalArgumentException("count = " + count + ", expected at least 1");
        }
        long[] full = new long[rowShape.length + 1];
        full[0] = count;
        System.arraycopy(rowShape, 0, full, 1, rowShape.length);
        NetworkEnergy model = at(full);
        INDArray x = Nd4j.createUninitialized(network.params().dataType(), new long[] {count, model.features()}, 'c');
        Rows rows = Rows.of(x);
        double[] row = new double[rows.width()];
        for (int i = 0; i < count; i++) {
            starts.draw(
                    labels == null ? i % model.classes() : labels[i],
                    streams.split("start").random(0, i),
                    row);
            rows.write(i, row);
        }
        langevin.run(model, x, requireLabels(labels, count), null, streams.split("noise"), 0);
        return x.reshape('c', full);
    }

    /**
     * Moves given inputs by Langevin dynamics: with all features free a refinement of inputs towards likelier ones, with some
     * held a completion of the others.
     *
     * @param x where chains begin, batch first; not modified
     * @param known not 0 where a feature of x is given and stays, same shape, not modified; null if all are free
     * @param langevin the sampler
     * @param labels for {@code p(x | y)}, one class for each row, not modified; null for {@code p(x)}
     * @param streams source of randomness
     * @return the ends of the chains, of the shape of x, owned by the caller
     */
    public INDArray move(
            INDArray x, @Nullable INDArray known, Langevin langevin, int @Nullable [] labels, RandomStreams streams) {
        if (known != null && !Arrays.equals(known.shape(), x.shape())) {
            throw new IllegalArgumentException("known features of shape " + Arrays.toString(known.shape())
                    + ", expected that of the inputs, " + Arrays.toString(x.shape()));
        }
        INDArray end = flat(x).dup('c');
        langevin.run(
                at(x.shape()),
                end,
                requireLabels(labels, (int) x.size(0)),
                known == null ? null : flat(known).dup('c'),
                streams,
                0);
        return end.reshape('c', x.shape());
    }

    int @Nullable [] requireLabels(int @Nullable [] labels, int count) {
        long classes = NetworkEnergy.outputOf(network).getNOut();
        if (labels != null && (labels.length != count || Arrays.stream(labels).anyMatch(c -> c < 0 || c >= classes))) {
            throw new IllegalArgumentException("expected one class below " + classes + " for each of " + count
                    + " rows, got " + Arrays.toString(labels));
        }
        return labels;
    }
}
