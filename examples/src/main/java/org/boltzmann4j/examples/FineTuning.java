package org.boltzmann4j.examples;

import java.util.Locale;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How a classifier of digits is trained with labels: by stock {@code fit}, with Adam and a falling rate.
 *
 * @param learningRate rate of the first update
 * @param updates number of updates, rounded to whole epochs
 * @param batchSize rows of a minibatch
 * @param keepInput probability of keeping a pixel, 1 for no dropout
 * @param keepHidden probability of keeping a hidden unit, 1 for no dropout
 */
record FineTuning(double learningRate, int updates, int batchSize, double keepInput, double keepHidden) {

    /**
     * From the given rate down to a fiftieth of it, by the same factor in every update. (The host's PolySchedule is not what
     * it seems: in 1.0.0-M2.1 it rises to twice the rate.)
     */
    static ISchedule falling(double rate, long updates) {
        return new ExponentialSchedule(ScheduleType.ITERATION, rate, Math.pow(0.02, 1.0 / updates));
    }

    /** A network of sigmoid layers, all of them RBM layers, with a softmax on top; Xavier start. */
    MultiLayerNetwork network(int[] widths, ImageDataSet data, long seed, RbmLayer.Builder... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(falling(learningRate, updates)))
                .weightInit(WeightInit.XAVIER)
                .list();
        for (int i = 0; i < widths.length; i++) {
            double keep = i == 0 ? keepInput : keepHidden;
            RbmLayer.Builder layer = layers[i].nOut(widths[i]);
            list.layer((keep < 1 ? layer.dropOut(keep) : layer).build());
        }
        OutputLayer.Builder output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(data.classes())
                .activation(Activation.SOFTMAX);
        list.layer((keepHidden < 1 ? output.dropOut(keepHidden) : output).build());
        MultiLayerConfiguration configuration =
                list.setInputType(InputType.feedForward(data.features())).build();
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network;
    }

    /** Trains for the given number of updates, rounded up to whole epochs. */
    void fit(MultiLayerNetwork network, ImageDataSet data, long seed) {
        int rows = Math.min(batchSize, data.examples());
        DataSetIterator iterator = data.shuffledIterator(rows, seed);
        int updatesPerEpoch = (data.examples() + rows - 1) / rows;
        network.fit(iterator, (updates + updatesPerEpoch - 1) / updatesPerEpoch);
    }

    /** Reads settings from a command line: five numbers with colons between them, in the order of the components. */
    static final class Parser implements ITypeConverter<FineTuning> {
        @Override
        public FineTuning convert(String value) {
            String[] parts = value.split(":", -1);
            if (parts.length != 5) {
                throw new TypeConversionException(
                        "expected five numbers with colons between them, got \"" + value + "\"");
            }
            return new FineTuning(
                    Double.parseDouble(parts[0]),
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    Double.parseDouble(parts[3]),
                    Double.parseDouble(parts[4]));
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Adam %.0e, %d updates of %d rows, keep %.1f / %.1f",
                learningRate,
                updates,
                batchSize,
                keepInput,
                keepHidden);
    }
}
