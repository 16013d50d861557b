import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.LearningRatePolicy;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.Updater;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RBM;
import org.deeplearning4j.nn.conf.layers.RBM.HiddenUnit;
import org.deeplearning4j.nn.conf.layers.RBM.VisibleUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Writes networks of the real Deeplearning4j 0.9.1 with what each of their layers returns, for the tests of the plugin's reader of them: NAME.zip, and
 * NAME.txt with lines of "index values", index -1 for the inputs. To write them again, in the repository's root:
 *
 * <pre>
 * mvn -q -pl integration-tests generate-test-resources -P legacy-zips
 * </pre>
 */
public final class OldZips {

    private static final int ROWS = 5;

    private OldZips() {}

    /** Argument: directory to write to. */
    public static void main(String[] arguments) throws IOException {
        File directory = new File(arguments[0]);
        directory.mkdirs();
        for (DataBuffer.Type type : new DataBuffer.Type[] {DataBuffer.Type.FLOAT, DataBuffer.Type.DOUBLE}) {
            Nd4j.setDataType(type);
            Nd4j.getRandom().setSeed(7);
            String suffix = type == DataBuffer.Type.FLOAT ? "" : "-double";
            write(directory, "binary" + suffix, base().list()
                    .layer(0, rbm(HiddenUnit.BINARY, VisibleUnit.BINARY, 6, 9).build())
                    .layer(1, rbm(HiddenUnit.BINARY, VisibleUnit.BINARY, 9, 8).k(3).build())
                    .layer(2, output(8)), true);
            write(directory, "gaussian" + suffix, base().list()
                    .layer(0, rbm(HiddenUnit.BINARY, VisibleUnit.GAUSSIAN, 6, 7).build())
                    .layer(1, rbm(HiddenUnit.GAUSSIAN, VisibleUnit.BINARY, 7, 8).build())
                    .layer(2, output(8)), false);
        }
        Nd4j.setDataType(DataBuffer.Type.FLOAT);
        write(directory, "other-units", base().list()
                .layer(0, rbm(HiddenUnit.RECTIFIED, VisibleUnit.LINEAR, 6, 7).build())
                .layer(1, rbm(HiddenUnit.IDENTITY, VisibleUnit.GAUSSIAN, 7, 8).build())
                .layer(2, rbm(HiddenUnit.SOFTMAX, VisibleUnit.IDENTITY, 8, 6).build())
                .layer(3, rbm(HiddenUnit.BINARY, VisibleUnit.SOFTMAX, 6, 6).build())
                .layer(4, output(6)), false);
        Map<Integer, Double> schedule = new HashMap<Integer, Double>();
        schedule.put(0, 0.1);
        schedule.put(10, 0.01);
        write(directory, "settings", new NeuralNetConfiguration.Builder()
                .seed(12345)
                .updater(Updater.ADAM)
                .learningRate(0.02)
                .learningRateDecayPolicy(LearningRatePolicy.Schedule)
                .learningRateSchedule(schedule)
                .biasLearningRate(0.04)
                .regularization(true)
                .l1(1e-4)
                .l2(2e-4)
                .dropOut(0.8)
                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                .gradientNormalizationThreshold(0.5)
                .weightInit(WeightInit.DISTRIBUTION)
                .dist(new NormalDistribution(0, 0.1))
                .optimizationAlgo(OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT)
                .list()
                .layer(0, rbm(HiddenUnit.BINARY, VisibleUnit.BINARY, 6, 9)
                        .sparsity(0.1).name("features").visibleBiasInit(-1).preTrainIterations(3)
                        .lossFunction(LossFunction.RECONSTRUCTION_CROSSENTROPY).activation(Activation.RELU)
                        .build())
                .layer(1, new DenseLayer.Builder().nIn(9).nOut(7).activation(Activation.LEAKYRELU).updater(Updater.NESTEROVS).momentum(0.7).build())
                .layer(2, new ActivationLayer.Builder().activation(Activation.TANH).build())
                .layer(3, output(7)), true);
        write(directory, "autoencoder", base().list()
                .layer(0, rbm(HiddenUnit.BINARY, VisibleUnit.BINARY, 6, 7).build())
                .layer(1, new org.deeplearning4j.nn.conf.layers.AutoEncoder.Builder().nIn(7).nOut(6).build())
                .layer(2, output(6)), false);
    }

    private static NeuralNetConfiguration.Builder base() {
        return new NeuralNetConfiguration.Builder()
                .seed(42)
                .updater(Updater.SGD)
                .learningRate(0.1)
                .weightInit(WeightInit.XAVIER);
    }

    private static RBM.Builder rbm(HiddenUnit hidden, VisibleUnit visible, int nIn, int nOut) {
        return new RBM.Builder(hidden, visible).nIn(nIn).nOut(nOut);
    }

    private static OutputLayer output(int nIn) {
        return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
                .nIn(nIn)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static void write(File directory, String name, NeuralNetConfiguration.ListBuilder list, boolean train)
            throws IOException {
        MultiLayerNetwork network = new MultiLayerNetwork(list.pretrain(true).backprop(true).build());
        network.init();
        INDArray inputs = Nd4j.rand(ROWS, 6);
        INDArray labels = Nd4j.zeros(ROWS, 3);
        for (int row = 0; row < ROWS; row++) {
            labels.putScalar(row, row % 3, 1);
        }
        if (train) {
            for (int i = 0; i < 4; i++) {
                network.fit(new DataSet(inputs, labels));
            }
        }
        // Other biases than the zeros of the start, so that an error in them can be seen.
        network.params().addi(Nd4j.rand(1, network.numParams()).subi(0.5).muli(0.6));
        ModelSerializer.writeModel(network, new File(directory, name + ".zip"), train);
        PrintWriter out = new PrintWriter(new File(directory, name + ".txt"), "UTF-8");
        try {
            print(out, -1, inputs);
            INDArray values = inputs;
            for (int i = 0; i < network.getnLayers(); i++) {
                values = means(network.getLayer(i), values);
                print(out, i, values);
            }
        } finally {
            out.close();
        }
    }

    /** What a layer returns; of Gaussian hidden units, to which 0.9.1 adds noise even then, the mean. */
    private static INDArray means(Layer layer, INDArray inputs) {
        boolean noisy = layer.conf().getLayer() instanceof RBM
                && ((RBM) layer.conf().getLayer()).getHiddenUnit() == HiddenUnit.GAUSSIAN;
        return noisy ? layer.preOutput(inputs.dup(), false) : layer.activate(inputs.dup(), false);
    }

    private static void print(PrintWriter out, int index, INDArray values) {
        for (int row = 0; row < values.rows(); row++) {
            StringBuilder line = new StringBuilder().append(index);
            for (int column = 0; column < values.columns(); column++) {
                line.append(String.format(Locale.ROOT, " %.9g", values.getDouble(row, column)));
            }
            out.println(line);
        }
    }
}
