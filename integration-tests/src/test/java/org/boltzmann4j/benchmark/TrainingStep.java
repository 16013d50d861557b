package org.boltzmann4j.benchmark;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One layer trained for an epoch of {@code steps} minibatches, through {@link GreedyPretrainer} with its first pass over the
 * data, updater and monitors at their defaults, beside the matrix products of these steps and beside the same training in
 * ND4J's array operations. Rows of ones and zeros, one in five a one; normally distributed ones for Gaussian units.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
public class TrainingStep {

    static final int VISIBLE = 784;

    /** CD-k, PCD-k, or PT-R with R rungs of as many chains as a minibatch has rows. */
    @Param("CD-1")
    public String method = "CD-1";

    /** Of a minibatch; as many chains. */
    @Param("100")
    public int rows = 100;

    /** Hidden units. */
    @Param("500")
    public int hidden = 500;

    /** Visible units: binary or gaussian. */
    @Param("binary")
    public String units = "binary";

    /** Plain steps (sgd), or momentum and weight decay (nesterovs). */
    @Param("sgd")
    public String updater = "sgd";

    /** Threads that share the rows; the products have a BLAS of as many. */
    @Param("1")
    public int threads = 1;

    /** Minibatches of an invocation. */
    @Param("100")
    public int steps = 100;

    private final List<DataSet> minibatches = new ArrayList<>();
    private INDArray data;

    /** Different minibatches, repeated until there are enough: as an iterator from memory gives them. */
    @Setup
    public void makeData() {
        Nd4j.getRandom().setSeed(1);
        int different = Math.min(steps, 10);
        for (int i = 0; i < different; i++) {
            INDArray features = units.equals("gaussian")
                    ? Nd4j.randn(DataType.FLOAT, rows, VISIBLE)
                    : Nd4j.rand(DataType.FLOAT, rows, VISIBLE).lt(0.2).castTo(DataType.FLOAT);
            minibatches.add(new DataSet(features, null));
        }
        data = minibatches.get(0).getFeatures();
        for (int i = different; i < steps; i++) {
            minibatches.add(minibatches.get(i % different));
        }
    }

    private Method chosen() {
        return Method.parse(method, rows);
    }

    /** The bound. */
    @Benchmark
    public void products() {
        BlasThreadCount.with(threads, () -> new Products(data, hidden, chosen()).run(steps));
    }

    /** What is measured. */
    @Benchmark
    public void boltzmann4j() {
        boolean gaussian = units.equals("gaussian");
        RbmLayer layer = new RbmLayer.Builder()
                .nOut(hidden)
                .nIn(VISIBLE)
                .visible(gaussian ? Gaussian.of(1) : new Bernoulli())
                // A ladder from 0 leads unbounded units from their base rates only.
                .negativePhase(chosen().negativePhase(gaussian ? TemperingPath.BASE_RATES : TemperingPath.TEMPERATURE))
                .build();
        GreedyPretrainer.builder()
                .epochs(1)
                .reportProgress(false)
                .threads(threads)
                .build()
                .pretrain(network(layer), new ExistingDataSetIterator(minibatches));
    }

    private MultiLayerNetwork network(RbmLayer layer) {
        IUpdater step = updater.equals("sgd") ? new Sgd(0.01) : new Nesterovs(0.01, 0.5);
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(step)
                .l2(updater.equals("sgd") ? 0 : 2e-4)
                .list()
                .layer(layer)
                .build());
        network.init();
        return network;
    }

    /** The same algorithm as its formulas read. */
    @Benchmark
    public void arrayOperations() {
        BlasThreadCount.with(threads, () -> {
            ArrayOperations training = new ArrayOperations(data, hidden, chosen(), units);
            minibatches.forEach(minibatch -> training.step(minibatch.getFeatures()));
        });
    }
}
