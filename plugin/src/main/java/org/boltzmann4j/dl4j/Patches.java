package org.boltzmann4j.dl4j;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.util.ConvolutionUtils;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the patches that a convolution looks at lie in its images. A row of patches is {@code [places, channels, kernel height, kernel width]},
 * an image {@code [channels, height, width]} and one element more: a zero for all that lies beyond its edge.
 */
final class Patches {

    private final int channels;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int[] sources;

    private Patches(int channels, int height, int width, int[] out, int patchSize) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.outHeight = out[0];
        this.outWidth = out[1];
        this.sources = new int[outHeight * outWidth * patchSize];
    }

    /** Of images of the size of these, {@code [rows, channels, height, width]}. */
    static Patches of(ConvolutionLayer conf, INDArray images) {
        int[] kernel = conf.getKernelSize();
        int[] size = {(int) images.size(2), (int) images.size(3)};
        boolean same = conf.getConvolutionMode() == ConvolutionMode.Same;
        int[] out = ConvolutionUtils.getOutputSize(
                images,
                kernel,
                conf.getStride(),
                same ? null : conf.getPadding(),
                conf.getConvolutionMode(),
                conf.getDilation(),
                CNN2DFormat.NCHW);
        int[] padding = same
                ? ConvolutionUtils.getSameModeTopLeftPadding(out, size, kernel, conf.getStride(), conf.getDilation())
                : conf.getPadding();
        int channels = (int) images.size(1);
        Patches patches = new Patches(channels, size[0], size[1], out, channels * kernel[0] * kernel[1]);
        patches.look(kernel, conf.getStride(), conf.getDilation(), padding);
        return patches;
    }

    private void look(int[] kernel, int[] stride, int[] dilation, int[] padding) {
        int at = 0;
        for (int oy = 0; oy < outHeight; oy++) {
            for (int ox = 0; ox < outWidth; ox++) {
                for (int c = 0; c < channels; c++) {
                    for (int ky = 0; ky < kernel[0]; ky++) {
                        int y = oy * stride[0] - padding[0] + ky * dilation[0];
                        for (int kx = 0; kx < kernel[1]; kx++) {
                            int x = ox * stride[1] - padding[1] + kx * dilation[1];
                            boolean inside = y >= 0 && y < height && x >= 0 && x < width;
                            sources[at] = inside ? (c * height + y) * width + x : imageSize();
                            at++;
                        }
                    }
                }
            }
        }
    }

    boolean fit(INDArray images) {
        return images.size(1) == channels && images.size(2) == height && images.size(3) == width;
    }

    /** Of an image, without the zero behind it. */
    int imageSize() {
        return channels * height * width;
    }

    /** Of a row of patches. */
    int size() {
        return sources.length;
    }

    int outHeight() {
        return outHeight;
    }

    int outWidth() {
        return outWidth;
    }

    int places() {
        return outHeight * outWidth;
    }

    int patchSize() {
        return sources.length / places();
    }

    /** One image, with the zero behind it, into its patches. */
    void gather(double[] image, double[] patches) {
        for (int i = 0; i < sources.length; i++) {
            patches[i] = image[sources[i]];
        }
    }

    /** Adds patches to the image they lie in; what is beyond the edge goes behind it. */
    void scatter(double[] patches, double[] image) {
        for (int i = 0; i < sources.length; i++) {
            image[sources[i]] += patches[i];
        }
    }

    /** {@code [rows, channels, height, width]} of a matrix of images. */
    INDArray shaped(INDArray images) {
        return images.reshape('c', images.size(0), channels, height, width);
    }
}
