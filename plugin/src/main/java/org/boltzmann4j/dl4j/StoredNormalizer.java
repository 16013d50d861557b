package org.boltzmann4j.dl4j;

import java.io.DataInputStream;
import java.io.IOException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** A normalizer as the host writes it. The host's own reader makes an object of any class that the header names. */
final class StoredNormalizer {

    private final DataInputStream in;
    private final long size;

    private StoredNormalizer(DataInputStream in, long size) {
        this.in = in;
        this.size = size;
    }

    /**
     * Reads a normalizer.
     *
     * @param in stands at its header
     * @param size bytes there are, at most
     */
    static DataNormalization read(DataInputStream in, long size) throws IOException {
        String magic = in.readUTF();
        int version = in.readInt();
        String kind = in.readUTF();
        if (!magic.equals("NORMALIZER") || version != 1) {
            throw new ModelFormatException("no normalizer, or one of a version other than 1");
        }
        StoredNormalizer stored = new StoredNormalizer(in, size);
        return switch (kind) {
            case "STANDARDIZE" -> stored.standardize();
            case "MIN_MAX" -> stored.minMax();
            case "IMAGE_MIN_MAX" -> stored.image();
            default ->
                throw new ModelFormatException("a normalizer of kind " + ConfigurationJson.shown(kind)
                        + ", expected STANDARDIZE, MIN_MAX or IMAGE_MIN_MAX");
        };
    }

    private DataNormalization standardize() throws IOException {
        boolean labels = in.readBoolean();
        NormalizerStandardize result = new NormalizerStandardize(vector(), vector());
        result.fitLabel(labels);
        if (labels) {
            result.setLabelStats(vector(), vector());
        }
        return result;
    }

    private DataNormalization minMax() throws IOException {
        boolean labels = in.readBoolean();
        NormalizerMinMaxScaler result = new NormalizerMinMaxScaler(in.readDouble(), in.readDouble());
        result.fitLabel(labels);
        result.setFeatureStats(vector(), vector());
        if (labels) {
            result.setLabelStats(vector(), vector());
        }
        return result;
    }

    private DataNormalization image() throws IOException {
        ImagePreProcessingScaler result = new ImagePreProcessingScaler(in.readDouble(), in.readDouble());
        result.setMaxPixelVal(in.readDouble());
        return result;
    }

    private INDArray vector() throws IOException {
        StoredVector vector = StoredVector.header(in, ModelZip.NORMALIZER);
        if (vector.bytes() > size) {
            throw new ModelFormatException("a normalizer of " + size + " bytes with " + vector.bytes() + " of numbers");
        }
        return vector.values(in);
    }
}
