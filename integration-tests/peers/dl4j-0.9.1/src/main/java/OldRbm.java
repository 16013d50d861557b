import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.deeplearning4j.datasets.iterator.impl.ListDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.Updater;
import org.deeplearning4j.nn.conf.layers.RBM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Rows per second of CD-1 in the RBM layer of Deeplearning4j 0.9.1: 784-500, minibatches of 100. */
public final class OldRbm {

    private static final int HIDDEN = 500;
    private static final int BATCH = 100;

    private OldRbm() {}

    /** Arguments: gzipped IDX file of images, seconds to measure. */
    public static void main(String[] arguments) throws IOException {
        List<DataSet> rows = read(arguments[0]);
        double seconds = Double.parseDouble(arguments[1]);
        MultiLayerConfiguration conf = new NeuralNetConfiguration.Builder()
                .seed(1)
                .iterations(1)
                .learningRate(0.01)
                .updater(Updater.SGD)
                .weightInit(WeightInit.XAVIER)
                .list()
                .layer(0, new RBM.Builder(RBM.HiddenUnit.BINARY, RBM.VisibleUnit.BINARY)
                        .nIn(rows.get(0).getFeatures().columns())
                        .nOut(HIDDEN)
                        .k(1)
                        .build())
                .pretrain(true)
                .backprop(false)
                .build();
        MultiLayerNetwork network = new MultiLayerNetwork(conf);
        network.init();
        network.pretrain(new ListDataSetIterator(rows.subList(0, rows.size() / 5), BATCH)); // warms up
        long start = System.nanoTime();
        long seen = 0;
        while (System.nanoTime() - start < seconds * 1e9) {
            network.pretrain(new ListDataSetIterator(rows, BATCH));
            seen += rows.size();
        }
        System.out.printf("%.0f%n", seen / ((System.nanoTime() - start) / 1e9));
    }

    private static List<DataSet> read(String file) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(new FileInputStream(file)))) {
            in.readInt();
            int count = Math.min(in.readInt(), 10_000);
            int pixels = in.readInt() * in.readInt();
            List<DataSet> rows = new ArrayList<>();
            byte[] image = new byte[pixels];
            for (int i = 0; i < count; i++) {
                in.readFully(image);
                float[] values = new float[pixels];
                for (int j = 0; j < pixels; j++) {
                    values[j] = (image[j] & 0xff) / 255f;
                }
                INDArray row = Nd4j.create(values);
                rows.add(new DataSet(row, row));
            }
            return rows;
        }
    }
}
