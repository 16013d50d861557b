package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.Workers;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * New data from an RBM, or from a deep belief network: its top RBM is sampled, then each layer is drawn once given the one
 * above (Hinton, Osindero, Teh 2006). Immutable settings; every {@code with} method returns a changed copy.
 *
 * <pre>{@code
 * INDArray digits = Generation.of(RbmLayer.modelOf(net, 0)).withChains(20).withBurnIn(1000).draw(1).means();
 * }</pre>
 *
 * <p>Where labels are among the visible units of the top RBM, {@link #withKnown} holds them, so that the samples are of
 * the wanted classes.
 */
public final class Generation {

    private final RbmStack model;
    private Inference method = Inference.gibbs();
    private int chains = 100;
    private int burnIn = 1000;
    private int thinning = 100;
    private long seed = 42;
    private int threads;
    private double documentLength;
    private boolean byMeans;
    private @Nullable INDArray start;
    private @Nullable KnownValues known;

    private Generation(RbmStack model) {
        this.model = model;
    }

    private Generation(Generation other) {
        this.model = other.model;
        this.method = other.method;
        this.chains = other.chains;
        this.burnIn = other.burnIn;
        this.thinning = other.thinning;
        this.seed = other.seed;
        this.threads = other.threads;
        this.documentLength = other.documentLength;
        this.byMeans = other.byMeans;
        this.start = other.start;
        this.known = other.known;
    }

    /**
     * From one RBM: 100 chains of block Gibbs sampling from white noise, 1,000 sweeps before the first draw and 100 between two.
     *
     * @param rbm the model, not modified
     * @return the settings
     */
    public static Generation of(Rbm rbm) {
        return new Generation(RbmStack.of(rbm));
    }

    /**
     * From a deep belief network, with the same settings.
     *
     * @param stack the model, not modified
     * @return the settings
     */
    public static Generation of(RbmStack stack) {
        return new Generation(stack);
    }

    /**
     * Chooses how the (top) RBM's states are found.
     *
     * @param inference block Gibbs sampling, parallel tempering or mean field
     * @return the changed settings
     */
    public Generation withMethod(Inference inference) {
        Generation changed = new Generation(this);
        changed.method = inference;
        return changed;
    }

    /**
     * Sets the number of chains, in every rung of tempering; of rows, with mean field.
     *
     * @param count at least 1
     * @return the changed settings
     * @throws IllegalArgumentException if it is below 1
     */
    public Generation withChains(int count) {
        Generation changed = new Generation(this);
        changed.chains = requireAtLeast(count, 1, "chains");
        return changed;
    }

    /**
     * Sets the number of sweeps before those that lead to the first draw.
     *
     * @param sweeps not negative; without meaning for mean field
     * @return the changed settings
     * @throws IllegalArgumentException if it is negative
     */
    public Generation withBurnIn(int sweeps) {
        Generation changed = new Generation(this);
        changed.burnIn = requireAtLeast(sweeps, 0, "burnIn");
        return changed;
    }

    /**
     * Sets the number of sweeps that lead to each draw.
     *
     * @param sweeps at least 1; without meaning for mean field
     * @return the changed settings
     * @throws IllegalArgumentException if it is below 1
     */
    public Generation withThinning(int sweeps) {
        Generation changed = new Generation(this);
        changed.thinning = requireAtLeast(sweeps, 1, "thinning");
        return changed;
    }

    /**
     * Sets the seed of everything random.
     *
     * @param value any
     * @return the changed settings
     */
    public Generation withSeed(long value) {
        Generation changed = new Generation(this);
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
    public Generation withThreads(int count) {
        Generation changed = new Generation(this);
        changed.threads = requireAtLeast(count, 1, "threads");
        return changed;
    }

    /**
     * Starts at data or any other visible states in place of white noise. With a deep belief network they are drawn up
     * through the lower layers.
     *
     * @param v {@code [n, visible]} of the bottom, repeated until every chain has a row; not modified until the draws are made
     * @return the changed settings
     */
    public Generation startingAt(INDArray v) {
        Generation changed = new Generation(this);
        changed.start = v;
        return changed;
    }

    /**
     * Holds values of visible units of the top RBM: class labels among them, for example.
     *
     * @param values row r belongs to the chains r, r + n, r + 2n, ... with n its number of rows; with tempering the number of
     *     chains has to be a multiple of n
     * @return the changed settings
     */
    public Generation withKnown(KnownValues values) {
        Generation changed = new Generation(this);
        changed.known = values;
        return changed;
    }

    /**
     * Hands means instead of samples from layer to layer on the way down a deep belief network: smoother pictures, but
     * not samples of the network.
     *
     * @return the changed settings
     */
    public Generation withMeansPassedDown() {
        Generation changed = new Generation(this);
        changed.byMeans = true;
        return changed;
    }

    /**
     * Sets the number of words of documents, where visible units count words and the chains start at white noise.
     *
     * @param words at least 1
     * @return the changed settings
     * @throws IllegalArgumentException if it is below 1
     */
    public Generation withDocumentLength(int words) {
        Generation changed = new Generation(this);
        changed.documentLength = requireAtLeast(words, 1, "documentLength");
        return changed;
    }

    static int requireAtLeast(int value, int least, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " = " + value + ", expected at least " + least);
        }
        return value;
    }

    /**
     * Generates.
     *
     * @param draws from every chain, at least 1; mean field, which comes to rest, has one
     * @return the states, owned by the caller
     * @throws IllegalArgumentException if the settings do not fit the model or each other
     */
    public Generated draw(int draws) {
        requireAtLeast(draws, 1, "draws");
        if (method instanceof MeanField && draws > 1) {
            throw new IllegalArgumentException("draws = " + draws + " with mean field, expected 1: it comes to rest");
        }
        return threads == 0 ? drawNow(draws) : Workers.with(threads, () -> drawNow(draws));
    }

    private Generated drawNow(int draws) {
        Rbm top = model.top();
        if (known != null) {
            known.requireFor(top);
        }
        RandomStreams streams = RandomStreams.of(seed).split("generation");
        INDArray v = startStates(top, streams);
        boolean means = byMeans || method instanceof MeanField;
        Descent descent = new Descent(model, chains, means, documentLength, streams.split("descent"));
        INDArray samples = Matrices.detached(
                v.dataType(), (long) draws * chains, model.bottom().visibleWidth());
        INDArray conditionalMeans = Matrices.detached(v.dataType(), samples.size(0), samples.size(1));
        if (method instanceof MeanField field) {
            LayerStates visible = new LayerStates(top.visible(), v.dataType(), chains, top.visibleWidth());
            visible.present(v, (row, values) -> {});
            visible.hold(known);
            MeanFieldReport report = MeanFieldIteration.run(top, field, visible);
            LayerStates found = descent.from(visible, 0);
            Matrices.copyRows(found.meanValues(), samples, 0, 1);
            return new Generated(samples, samples, chains, null, report);
        }
        InferenceChains sampled = InferenceChains.start(top, method, v, known, streams.split("chains"));
        if (burnIn > 0) {
            sampled.advance(top, burnIn);
        }
        for (int draw = 0; draw < draws; draw++) {
            sampled.advance(top, thinning);
            LayerStates found = descent.from(sampled.visible(), draw);
            Matrices.copyRows(found.values(), samples, (long) draw * chains, 1);
            Matrices.copyRows(found.meanValues(), conditionalMeans, (long) draw * chains, 1);
        }
        return new Generated(samples, conditionalMeans, chains, InferenceChains.swaps(sampled), null);
    }

    /** Of the top RBM, {@code [chains, visible]}, known values in place. */
    private INDArray startStates(Rbm top, RandomStreams streams) {
        if (start == null) {
            double[] lengths = {};
            if (top.visible().countsWords()) {
                requireDocumentLength();
                lengths = new double[chains];
                Arrays.fill(lengths, documentLength);
            }
            return WhiteNoise.of(top, chains, known, lengths, streams.split("noise"));
        }
        INDArray typed = start.castTo(top.weights().dataType());
        Matrices.requireMatrix(typed, model.bottom().visibleWidth(), "states to start at");
        Rows rows = Rows.of(Descent.ascend(model, typed, streams.split("ascent")));
        INDArray result = Matrices.detached(typed.dataType(), chains, top.visibleWidth());
        Rows into = Rows.of(result);
        double[] x = new double[top.visibleWidth()];
        for (int chain = 0; chain < chains; chain++) {
            rows.read(chain % rows.count(), x);
            if (known != null) {
                known.put(chain, x);
            }
            into.write(chain, x);
        }
        return result;
    }

    private void requireDocumentLength() {
        if (documentLength == 0) {
            throw new IllegalArgumentException(
                    "the visible units count words: set withDocumentLength, or start at documents");
        }
    }
}
