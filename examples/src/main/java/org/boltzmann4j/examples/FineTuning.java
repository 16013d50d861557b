package org.boltzmann4j.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How a classifier of images is trained with labels: by stock {@code fit}, with Adam, a falling rate and, where asked, dropout.
 *
 * @param learningRate rate of the first update
 * @param updates number of updates, rounded up to whole epochs
 * @param batchSize rows of a minibatch
 * @param keepInput probability of keeping a pixel, 1 for no dropout
 * @param keepHidden probability of keeping a hidden unit, 1 for no dropout
 * @param hiddenShare the hidden layers' share of the learning rate, 1 for the output layer's rate; 0 leaves them as they start
 */
record FineTuning(
        double learningRate, int updates, int batchSize, double keepInput, double keepHidden, double hiddenShare) {

    FineTuning {
        require(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "RATE", learningRate, "above 0");
        require(updates >= 1, "UPDATES", updates, "at least 1");
        require(batchSize >= 1, "ROWS", batchSize, "at least 1");
        require(keepInput > 0 && keepInput <= 1, "KEEP_INPUT", keepInput, "above 0 and at most 1");
        require(keepHidden > 0 && keepHidden <= 1, "KEEP_HIDDEN", keepHidden, "above 0 and at most 1");
        require(hiddenShare >= 0 && hiddenShare <= 1, "HIDDEN_SHARE", hiddenShare, "between 0 and 1");
    }

    private static void require(boolean condition, String name, Number value, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
        }
    }

    /**
     * A network before its first update: the given hidden units, with Xavier's random start or with what another network has
     * learned.
     */
    MultiLayerNetwork network(
            List<Integer> widths, ImageDataSet data, long seed, @Nullable MultiLayerNetwork pretrained) {
        List<RbmLayer> layers = new ArrayList<>();
        for (int width : widths) {
            double keep = layers.isEmpty() ? keepInput : keepHidden;
            RbmLayer.Builder layer = new RbmLayer.Builder().nOut(width).updater(hiddenUpdater());
            layers.add((keep < 1 ? layer.dropOut(keep) : layer).build());
        }
        Adam updater = new Adam(FallingRate.of(learningRate, updates));
        MultiLayerNetwork network = Classifier.network(data, seed, updater, layers, keepHidden);
        if (pretrained != null) {
            for (int i = 0; i < widths.size(); i++) {
                network.getLayer(i).setParams(pretrained.getLayer(i).params());
            }
        }
        return network;
    }

    private IUpdater hiddenUpdater() {
        return hiddenShare == 0 ? new Sgd(0) : new Adam(FallingRate.of(hiddenShare * learningRate, updates));
    }

    /** Trains for the given number of updates, rounded up to whole epochs. */
    void fit(MultiLayerNetwork network, ImageDataSet data, long seed) {
        int rows = Math.min(batchSize, data.examples());
        int updatesPerEpoch = FallingRate.minibatches(data, rows);
        network.fit(data.shuffledIterator(rows, seed), (updates + updatesPerEpoch - 1) / updatesPerEpoch);
    }

    /** Reads settings from a command line: six numbers with colons between them, in the order of the components. */
    static final class Parser implements ITypeConverter<FineTuning> {
        @Override
        public FineTuning convert(String value) {
            String[] parts = value.split(":", -1);
            if (parts.length != 6) {
                throw new TypeConversionException(
                        "expected six numbers with colons between them, got \"" + value + "\"");
            }
            try {
                return new FineTuning(
                        Double.parseDouble(parts[0]),
                        Integer.parseInt(parts[1]),
                        Integer.parseInt(parts[2]),
                        Double.parseDouble(parts[3]),
                        Double.parseDouble(parts[4]),
                        Double.parseDouble(parts[5]));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("in \"" + value + "\": " + e.getMessage());
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("in \"" + value + "\", " + e.getMessage());
            }
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Adam %s, %d updates of %d rows, keep %s / %s%s",
                learningRate,
                updates,
                batchSize,
                keepInput,
                keepHidden,
                hiddenShare == 1 ? "" : ", hidden layers at " + hiddenShare + " of the rate");
    }
}
