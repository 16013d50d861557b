package org.boltzmann4j.dl4j;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Softmax;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Model files of a release with what they return, kept for all time: {@code releases/VERSION/NAME.zip} and {@code NAME.txt} in the test
 * resources, lines of numbers of which the first half are inputs. With a release they are written once more, into a directory of its own:
 *
 * <pre>
 * mvn -q -pl plugin test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp plugin/target/test-classes:plugin/target/classes:$(cat plugin/target/classpath) \
 *     org.boltzmann4j.dl4j.ReleaseFiles plugin/src/test/resources/releases/VERSION
 * </pre>
 */
final class ReleaseFiles {

    static final int INPUTS = 6;

    private ReleaseFiles() {}

    /** Argument: directory to write to. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        for (Map.Entry<String, Model> model : models().entrySet()) {
            File zip = directory.resolve(model.getKey() + ".zip").toFile();
            ModelSerializer.writeModel(model.getValue(), zip, true);
            Files.writeString(
                    directory.resolve(model.getKey() + ".txt"), lines(model.getValue()), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Model> models() {
        Map<String, Model> models = new LinkedHashMap<>();
        models.put("defaults", trained(new RbmLayer.Builder().nIn(INPUTS).nOut(5), DataType.FLOAT));
        models.put(
                "tempered-units",
                trained(
                        Networks.rbm(INPUTS, 5)
                                .visible(Mixed.of(
                                        Mixed.Part.of(new Bernoulli(), 3), Mixed.Part.of(Gaussian.of(0.5, 1, 2), 3)))
                                .negativePhase(ParallelTempering.of(1, 4, AdaptiveLadder.of(0.3))
                                        .withPath(TemperingPath.BASE_RATES)),
                        DataType.DOUBLE));
        models.put(
                "sparse-binomial",
                trained(
                        Networks.rbm(INPUTS, 5)
                                .hidden(Binomial.of(3))
                                .negativePhase(FastPersistentContrastiveDivergence.of(1, 10, 0.01))
                                .sparsity(SparsityTarget.of(0.1, 0.1))
                                .hiddenUnitDropout(HiddenUnitDropout.retaining(0.5)),
                        DataType.FLOAT));
        models.put(
                "rectified",
                trained(
                        Networks.rbm(INPUTS, 5)
                                .visible(LearnedGaussian.standard())
                                .hidden(NoisyRelu.rectified())
                                .improperWeights(ImproperWeights.PROJECTED),
                        DataType.DOUBLE));
        models.put(
                "trajectory-softmax",
                trained(
                        Networks.rbm(INPUTS, 4).hidden(Softmax.of(2)).negativePhase(TrajectoryTempering.of(1, 5)),
                        DataType.FLOAT));
        models.put("graph", graph());
        models.put("stock", StockNetwork.of((MultiLayerNetwork) trained(Networks.rbm(INPUTS, 5), DataType.FLOAT)));
        return models;
    }

    private static INDArray inputs(DataType type) {
        return Minibatches.patterns(type, 8, INPUTS, 3);
    }

    private static Model trained(RbmLayer.Builder rbm, DataType type) {
        RbmLayer layer = rbm.build();
        MultiLayerNetwork network = Networks.initialised(Networks.base(type)
                .updater(new Adam(0.01))
                .list()
                .layer(layer)
                .layer(Networks.output((int) layer.getNOut()))
                .build());
        Networks.pretrainer(2).build().pretrain(network, Minibatches.of(inputs(type), 4));
        network.fit(new DataSet(inputs(type), Networks.labels(type, 8)));
        return network;
    }

    private static Model graph() {
        ComputationGraph graph = new ComputationGraph(Networks.base(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", Networks.rbm(INPUTS, 5).build(), "in")
                .addLayer("second", Networks.rbm(INPUTS, 4).build(), "in")
                .addLayer("out", Networks.output(9), "first", "second")
                .setOutputs("out")
                .build());
        graph.init();
        graph.fit(new DataSet(inputs(DataType.FLOAT), Networks.labels(DataType.FLOAT, 8)));
        return graph;
    }

    static INDArray outputs(Model model, INDArray inputs) {
        INDArray typed = inputs.castTo(model.params().dataType());
        return model instanceof ComputationGraph graph
                ? graph.outputSingle(typed)
                : ((MultiLayerNetwork) model).output(typed);
    }

    private static String lines(Model model) {
        INDArray all = Nd4j.hstack(
                inputs(DataType.DOUBLE), outputs(model, inputs(DataType.DOUBLE)).castTo(DataType.DOUBLE));
        StringBuilder lines = new StringBuilder();
        for (double[] row : all.toDoubleMatrix()) {
            for (double value : row) {
                lines.append(String.format(Locale.ROOT, "%.9g ", value));
            }
            lines.append('\n');
        }
        return lines.toString();
    }
}
