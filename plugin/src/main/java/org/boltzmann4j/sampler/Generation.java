package org.boltzmann4j.sampler;

import java.util.Arrays;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * New data from an RBM, or from a deep belief network: its top RBM is sampled, then each layer is drawn once given the one
 * above (Hinton, Osindero, Teh 2006). Immutable settings.
 *
 * <pre>{@code
 * INDArray digits = Generation.of(RbmLayer.modelOf(net, 0)).withChains(20).withBurnIn(1000).draw(1).means();
 * }</pre>
 *
 * <p>Where labels are among the visible units of the top RBM, {@link #withKnown} holds them, so that the samples are of
 * the wanted classes.
 */
public final class Generation extends InferenceSettings<Generation> {

    private final RbmStack model;
    private int thinning = 100;
    private double documentLength;
    private boolean byMeans;
    private @Nullable KnownValues known;

    private Generation(RbmStack model) {
        super(100, 1000);
        this.model = model;
    }

    private Generation(Generation other) {
        super(other);
        this.model = other.model;
        this.thinning = other.thinning;
        this.documentLength = other.documentLength;
        this.byMeans = other.byMeans;
        this.known = other.known;
    }

    @Override
    Generation copy() {
        return new Generation(this);
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
        return inThreads(() -> drawNow(draws));
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
        Rbm bottom = model.bottom();
        requireStatesOrMeans(requireWidth(start, bottom), bottom.visible());
        DataType type = top.weights().dataType();
        INDArray states = Ascent.topVisible(model, start.castTo(type), streams.split("ascent"));
        int given = Math.toIntExact(states.size(0));
        return chosenRows(states, type, chains, chain -> chain % given, known);
    }

    private void requireDocumentLength() {
        if (documentLength == 0) {
            throw new IllegalArgumentException(
                    "the visible units count words: set withDocumentLength, or start at documents");
        }
    }
}
