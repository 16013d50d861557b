package org.boltzmann4j.dl4j;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The hidden means of an RBM layer as features: wraps an iterator over the network's features and hands on each minibatch as
 * {@code E[h | v]} of the chosen layer, {@code [rows, nOut]}, with v the means of the layers below. Labels, their mask and metadata stay
 * as they are.
 *
 * <p>The network is read at every minibatch and never changed; what it does meanwhile in another thread would disturb, so there is no
 * prefetching. Not serialisable.
 */
public final class HiddenMeansIterator implements DataSetIterator {

    private static final long serialVersionUID = 1;

    private final transient ChosenLayer layer;
    private final transient DataSetIterator source;
    private transient @Nullable DataSetPreProcessor preProcessor;

    private HiddenMeansIterator(ChosenLayer layer, DataSetIterator source) {
        this.layer = layer;
        this.source = source;
    }

    /**
     * Wraps an iterator.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph} with one input
     * @param layer index of an RBM layer
     * @param source over the network's features; read and reset by this one
     * @return the iterator over hidden means
     * @throws IllegalArgumentException if there is no such layer or it is no RBM
     */
    public static HiddenMeansIterator of(Model network, int layer, DataSetIterator source) {
        return new HiddenMeansIterator(ChosenLayer.of(network, layer), source);
    }

    /**
     * Wraps an iterator.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph} with one input
     * @param layer name of an RBM layer or, in a graph, of its vertex
     * @param source over the network's features; read and reset by this one
     * @return the iterator over hidden means
     * @throws IllegalArgumentException if there is no such layer or it is no RBM
     */
    public static HiddenMeansIterator of(Model network, String layer, DataSetIterator source) {
        return new HiddenMeansIterator(ChosenLayer.of(network, layer), source);
    }

    private DataSet transformed(DataSet minibatch) {
        DataSet result = new DataSet(
                layer.rbm().meanHiddenGivenVisible(layer.inputOf(layer.featuresOf(minibatch))),
                minibatch.getLabels(),
                null,
                minibatch.getLabelsMaskArray());
        result.setExampleMetaData(minibatch.getExampleMetaData());
        if (preProcessor != null) {
            preProcessor.preProcess(result);
        }
        return result;
    }

    /** {@inheritDoc} */
    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    /** {@inheritDoc} */
    @Override
    public DataSet next() {
        return transformed(source.next());
    }

    /** {@inheritDoc} */
    @Override
    public DataSet next(int rows) {
        return transformed(source.next(rows));
    }

    /** The number of hidden units. */
    @Override
    public int inputColumns() {
        return layer.nOut();
    }

    /** {@inheritDoc} */
    @Override
    public int totalOutcomes() {
        return source.totalOutcomes();
    }

    /** {@inheritDoc} */
    @Override
    public boolean resetSupported() {
        return source.resetSupported();
    }

    /** No: the network is not for two threads. */
    @Override
    public boolean asyncSupported() {
        return false;
    }

    /** {@inheritDoc} */
    @Override
    public void reset() {
        source.reset();
    }

    /** {@inheritDoc} */
    @Override
    public int batch() {
        return source.batch();
    }

    /** Sees the hidden means. */
    @Override
    public void setPreProcessor(@Nullable DataSetPreProcessor other) {
        preProcessor = other;
    }

    /** {@inheritDoc} */
    @Override
    public @Nullable DataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }

    /** {@inheritDoc} */
    @Override
    public List<String> getLabels() {
        return source.getLabels();
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(HiddenMeansIterator.class.getName());
    }
}
