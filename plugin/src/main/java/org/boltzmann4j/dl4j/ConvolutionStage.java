package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.Objects;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RowBlocks;
import org.boltzmann4j.math.Rows;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution of images {@code [rows, channels, height, width]} as one product with the matrix of all patches: forwards
 * {@code patches W'}, backwards {@code delta W} and the sum of patches that overlap.
 */
final class ConvolutionStage implements Stage {

    private final ConvolutionLayer conf;
    private final INDArray weights; // [out, in, kernel height, kernel width], a view
    private final double[] biasRow;
    private final @Nullable INDArray bias;
    private final StageActivation activation;
    private @Nullable Room room;

    ConvolutionStage(ConvolutionLayer conf, INDArray weights, @Nullable INDArray bias) {
        this.conf = conf;
        this.weights = weights;
        this.bias = bias;
        this.biasRow = new double[(int) weights.size(0)];
        this.activation = StageActivation.of(conf.getActivationFn());
    }

    /** For images of one size. Of one row each: patches by place, outputs by place, outputs by channel, and the gradient at the input. */
    private record Room(
            Patches places, GrowingMatrix patches, GrowingMatrix products, GrowingMatrix outputs, GrowingMatrix back) {}

    /** The plain convolution in the host's default layout: subclasses and other layouts are the host's. */
    static boolean serves(ConvolutionLayer conf) {
        return conf.getClass() == ConvolutionLayer.class && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW;
    }

    private int outputs() {
        return biasRow.length;
    }

    private INDArray weightMatrix(Patches places) {
        return weights.reshape('c', outputs(), places.patchSize());
    }

    private Room roomFor(INDArray x) {
        if (x.rank() != 4 || x.size(1) != weights.size(1)) {
            throw new IllegalArgumentException("convolution: expected [rows, " + weights.size(1)
                    + ", height, width], got " + Arrays.toString(x.shape()));
        }
        Room present = room;
        if (present == null || !present.places().fit(x)) {
            Patches places = Patches.of(conf, x);
            int outputs = places.places() * outputs();
            present = new Room(
                    places, matrix(places.size()), matrix(outputs), matrix(outputs), matrix(places.imageSize()));
            room = present;
        }
        return present;
    }

    private GrowingMatrix matrix(long columns) {
        return new GrowingMatrix(weights.dataType(), columns);
    }

    @Override
    public INDArray forward(INDArray x) {
        long rows = x.size(0);
        Room own = roomFor(x);
        Patches places = own.places();
        INDArray images = flat(x);
        INDArray patches = own.patches().first(rows);
        INDArray products = own.products().first(rows);
        RowBlocks.forEach(rows, (worker, block, from, to) -> gather(places, images, patches, from, to));
        Matrices.productTransposed(
                patches.reshape('c', rows * places.places(), places.patchSize()),
                weightMatrix(places),
                products.reshape('c', rows * places.places(), outputs()),
                1,
                0);
        if (bias != null) {
            Rows.of(bias.reshape(1, outputs())).read(0, biasRow);
        }
        INDArray values = own.outputs().first(rows);
        RowBlocks.forEach(rows, (worker, block, from, to) -> byOutput(products, values, from, to));
        INDArray shaped = values.reshape('c', rows, outputs(), places.outHeight(), places.outWidth());
        activation.forward(shaped, StageActivation.NO_SHIFT);
        return shaped;
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        long rows = epsilon.size(0);
        Room own = Objects.requireNonNull(room, "forward first");
        Patches places = own.places();
        INDArray products = own.products().first(rows);
        INDArray patches = own.patches().first(rows);
        INDArray back = own.back().first(rows);
        INDArray delta = epsilon.ordering() == 'c' ? epsilon : epsilon.dup('c');
        activation.backward(delta);
        INDArray deltas = flat(delta);
        RowBlocks.forEach(rows, (worker, block, from, to) -> byPlace(deltas, products, from, to));
        Matrices.product(
                products.reshape('c', rows * places.places(), outputs()),
                weightMatrix(places),
                patches.reshape('c', rows * places.places(), places.patchSize()),
                1,
                0);
        RowBlocks.forEach(rows, (worker, block, from, to) -> scatter(places, patches, back, from, to));
        return places.shaped(back);
    }

    private static INDArray flat(INDArray x) {
        return x.reshape('c', x.size(0), x.length() / x.size(0));
    }

    private static void gather(Patches places, INDArray images, INDArray patches, int from, int to) {
        Rows imageRows = Rows.of(images);
        Rows patchRows = Rows.of(patches);
        double[] image = new double[places.imageSize() + 1];
        double[] patch = new double[places.size()];
        for (int r = from; r < to; r++) {
            imageRows.read(r, image);
            places.gather(image, patch);
            patchRows.write(r, patch);
        }
    }

    private static void scatter(Patches places, INDArray patches, INDArray images, int from, int to) {
        Rows patchRows = Rows.of(patches);
        Rows imageRows = Rows.of(images);
        double[] image = new double[places.imageSize() + 1];
        double[] patch = new double[places.size()];
        for (int r = from; r < to; r++) {
            patchRows.read(r, patch);
            Arrays.fill(image, 0);
            places.scatter(patch, image);
            imageRows.write(r, image);
        }
    }

    /** From rows of {@code [places, outputs]} to rows of {@code [outputs, places]}, with the bias. */
    private void byOutput(INDArray products, INDArray values, int from, int to) {
        Rows productRows = Rows.of(products);
        Rows valueRows = Rows.of(values);
        double[] place = new double[productRows.width()];
        double[] output = new double[valueRows.width()];
        int count = outputs();
        int places = output.length / count;
        for (int r = from; r < to; r++) {
            productRows.read(r, place);
            for (int o = 0; o < count; o++) {
                for (int p = 0; p < places; p++) {
                    output[o * places + p] = place[p * count + o] + biasRow[o];
                }
            }
            valueRows.write(r, output);
        }
    }

    /** From rows of {@code [outputs, places]} to rows of {@code [places, outputs]}. */
    private void byPlace(INDArray deltas, INDArray products, int from, int to) {
        Rows deltaRows = Rows.of(deltas);
        Rows productRows = Rows.of(products);
        double[] output = new double[deltaRows.width()];
        double[] place = new double[productRows.width()];
        int count = outputs();
        int places = output.length / count;
        for (int r = from; r < to; r++) {
            deltaRows.read(r, output);
            for (int o = 0; o < count; o++) {
                for (int p = 0; p < places; p++) {
                    place[p * count + o] = output[o * places + p];
                }
            }
            productRows.write(r, place);
        }
    }
}
