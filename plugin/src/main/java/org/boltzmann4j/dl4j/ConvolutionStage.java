package org.boltzmann4j.dl4j;

import java.util.Arrays;
import java.util.Objects;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.util.ConvolutionUtils;
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

    private int channels;
    private int height;
    private int width;
    private int outHeight;
    private int outWidth;
    private int top;
    private int left;
    private @Nullable Room room;

    ConvolutionStage(ConvolutionLayer conf, INDArray weights, @Nullable INDArray bias) {
        this.conf = conf;
        this.weights = weights;
        this.bias = bias;
        this.biasRow = new double[(int) weights.size(0)];
        this.activation = StageActivation.of(conf.getActivationFn());
    }

    /** Of one row each: patches by place, outputs by place, outputs by channel, and the gradient at the input. */
    private record Room(GrowingMatrix patches, GrowingMatrix products, GrowingMatrix outputs, GrowingMatrix back) {}

    /** The plain convolution in the host's default layout: subclasses and other layouts are the host's. */
    static boolean serves(ConvolutionLayer conf) {
        return conf.getClass() == ConvolutionLayer.class && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW;
    }

    private int outputs() {
        return biasRow.length;
    }

    private int patchSize() {
        return channels * conf.getKernelSize()[0] * conf.getKernelSize()[1];
    }

    private INDArray weightMatrix() {
        return weights.reshape('c', outputs(), patchSize());
    }

    private Room roomFor(INDArray x) {
        if (x.rank() != 4 || x.size(1) != weights.size(1)) {
            throw new IllegalArgumentException("convolution: expected [rows, " + weights.size(1)
                    + ", height, width], got " + Arrays.toString(x.shape()));
        }
        Room present = room;
        if (present == null || x.size(2) != height || x.size(3) != width) {
            measure(x);
            long places = (long) outHeight * outWidth;
            present = new Room(
                    matrix(places * patchSize()),
                    matrix(places * outputs()),
                    matrix(places * outputs()),
                    matrix((long) channels * height * width));
            room = present;
        }
        return present;
    }

    private GrowingMatrix matrix(long columns) {
        return new GrowingMatrix(weights.dataType(), columns);
    }

    private void measure(INDArray x) {
        channels = (int) x.size(1);
        height = (int) x.size(2);
        width = (int) x.size(3);
        boolean same = conf.getConvolutionMode() == ConvolutionMode.Same;
        int[] out = ConvolutionUtils.getOutputSize(
                x,
                conf.getKernelSize(),
                conf.getStride(),
                same ? null : conf.getPadding(),
                conf.getConvolutionMode(),
                conf.getDilation(),
                CNN2DFormat.NCHW);
        int[] padding = same
                ? ConvolutionUtils.getSameModeTopLeftPadding(
                        out, new int[] {height, width}, conf.getKernelSize(), conf.getStride(), conf.getDilation())
                : conf.getPadding();
        outHeight = out[0];
        outWidth = out[1];
        top = padding[0];
        left = padding[1];
    }

    @Override
    public INDArray forward(INDArray x) {
        long rows = x.size(0);
        Room own = roomFor(x);
        INDArray patches = own.patches().first(rows);
        INDArray products = own.products().first(rows);
        int places = outHeight * outWidth;
        Rows images = Rows.of(flat(x));
        Rows patchRows = Rows.of(patches);
        double[] image = new double[images.width()];
        double[] patch = new double[patchRows.width()];
        for (long r = 0; r < rows; r++) {
            images.read(r, image);
            move(image, patch, true);
            patchRows.write(r, patch);
        }
        Matrices.productTransposed(
                patches.reshape('c', rows * places, patchSize()),
                weightMatrix(),
                products.reshape('c', rows * places, outputs()),
                1,
                0);
        if (bias != null) {
            Rows.of(bias.reshape(1, outputs())).read(0, biasRow);
        }
        INDArray values = own.outputs().first(rows);
        transpose(products, values, places, true);
        INDArray shaped = values.reshape('c', rows, outputs(), outHeight, outWidth);
        activation.forward(shaped, StageActivation.NO_SHIFT);
        return shaped;
    }

    @Override
    public INDArray backward(INDArray epsilon) {
        long rows = epsilon.size(0);
        int places = outHeight * outWidth;
        Room own = Objects.requireNonNull(room, "forward first");
        INDArray products = own.products().first(rows);
        INDArray patches = own.patches().first(rows);
        INDArray back = own.back().first(rows);
        INDArray delta = epsilon.ordering() == 'c' ? epsilon : epsilon.dup('c');
        activation.backward(delta);
        transpose(products, flat(delta), places, false);
        Matrices.product(
                products.reshape('c', rows * places, outputs()),
                weightMatrix(),
                patches.reshape('c', rows * places, patchSize()),
                1,
                0);
        Rows patchRows = Rows.of(patches);
        Rows images = Rows.of(back);
        double[] image = new double[images.width()];
        double[] patch = new double[patchRows.width()];
        for (long r = 0; r < rows; r++) {
            patchRows.read(r, patch);
            Arrays.fill(image, 0);
            move(image, patch, false);
            images.write(r, image);
        }
        return back.reshape('c', rows, channels, height, width);
    }

    private static INDArray flat(INDArray x) {
        return x.reshape('c', x.size(0), x.length() / x.size(0));
    }

    /** Between rows of {@code [places, outputs]} and of {@code [outputs, places]}; the bias is added on the way forwards. */
    private void transpose(INDArray byPlace, INDArray byOutput, int places, boolean forwards) {
        Rows placeRows = Rows.of(byPlace);
        Rows outputRows = Rows.of(byOutput);
        double[] place = new double[placeRows.width()];
        double[] output = new double[outputRows.width()];
        int count = outputs();
        for (long r = 0; r < placeRows.count(); r++) {
            if (forwards) {
                placeRows.read(r, place);
                for (int o = 0; o < count; o++) {
                    for (int p = 0; p < places; p++) {
                        output[o * places + p] = place[p * count + o] + biasRow[o];
                    }
                }
                outputRows.write(r, output);
            } else {
                outputRows.read(r, output);
                for (int o = 0; o < count; o++) {
                    for (int p = 0; p < places; p++) {
                        place[p * count + o] = output[o * places + p];
                    }
                }
                placeRows.write(r, place);
            }
        }
    }

    /** Copies the patches of an image out of it, zeros beyond its edge, or adds them to it. */
    private void move(double[] image, double[] patch, boolean out) {
        int[] kernel = conf.getKernelSize();
        int[] stride = conf.getStride();
        int[] dilation = conf.getDilation();
        int at = 0;
        for (int oy = 0; oy < outHeight; oy++) {
            for (int ox = 0; ox < outWidth; ox++) {
                int x0 = ox * stride[1] - left;
                for (int c = 0; c < channels; c++) {
                    for (int ky = 0; ky < kernel[0]; ky++) {
                        int y = oy * stride[0] - top + ky * dilation[0];
                        boolean inside = y >= 0 && y < height;
                        int from = (c * height + y) * width + x0;
                        for (int kx = 0; kx < kernel[1]; kx++) {
                            int x = x0 + kx * dilation[1];
                            if (inside && x >= 0 && x < width) {
                                if (out) {
                                    patch[at] = image[from + kx * dilation[1]];
                                } else {
                                    image[from + kx * dilation[1]] += patch[at];
                                }
                            } else if (out) {
                                patch[at] = 0;
                            }
                            at++;
                        }
                    }
                }
            }
        }
    }
}
