import java.io.File;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What anyone might write with Deeplearning4j alone: opens a zip and runs it. Arguments: kind, zip, features, outputs. */
public class OpenZip {

    public static void main(String[] arguments) throws Exception {
        INDArray features = Nd4j.readBinary(new File(arguments[2]));
        INDArray outputs = arguments[0].equals("graph")
                ? ComputationGraph.load(new File(arguments[1]), true).outputSingle(features)
                : MultiLayerNetwork.load(new File(arguments[1]), true).output(features);
        Nd4j.saveBinary(outputs, new File(arguments[3]));
        try {
            Class.forName("org.boltzmann4j.dl4j.RbmLayer");
            System.out.println("the plugin is on the class path");
        } catch (ClassNotFoundException expected) {
            System.out.println("no plugin here");
        }
    }
}
