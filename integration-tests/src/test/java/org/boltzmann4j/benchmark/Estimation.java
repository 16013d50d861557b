package org.boltzmann4j.benchmark;

import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Workers;
import org.boltzmann4j.sampler.AnnealedChains;
import org.boltzmann4j.sampler.Draw;
import org.boltzmann4j.sampler.GibbsSampler;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.units.Bernoulli;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Many chains at once, in Gibbs sweeps or along the betas of annealed importance sampling: two products for each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
public class Estimation {

    /** sampling, or annealing. */
    @Param("sampling")
    public String task = "sampling";

    /** Their number. */
    @Param("2000")
    public int rows = 2000;

    /** Hidden units. */
    @Param("500")
    public int hidden = 500;

    /** Threads that share the rows; the products have a BLAS of as many. */
    @Param("1")
    public int threads = 1;

    /** Sweeps or betas of an invocation. */
    @Param("20")
    public int steps = 20;

    private Rbm rbm;

    /** A model of small weights. */
    @Setup
    public void makeModel() {
        Nd4j.getRandom().setSeed(1);
        INDArray weights =
                Nd4j.randn(DataType.FLOAT, TrainingStep.VISIBLE, hidden).muli(0.1);
        rbm = Rbm.of(
                new Bernoulli(),
                new Bernoulli(),
                weights.dup('c'),
                Nd4j.zeros(DataType.FLOAT, 1, TrainingStep.VISIBLE),
                Nd4j.zeros(DataType.FLOAT, 1, hidden));
    }

    /** The bound. */
    @Benchmark
    public void products() {
        INDArray states = Nd4j.rand(DataType.FLOAT, 1, TrainingStep.VISIBLE);
        Products products = new Products(states, hidden, new Method(Method.Kind.PCD, steps, rows));
        BlasThreadCount.with(threads, products::sweep);
    }

    /** What is measured. */
    @Benchmark
    public Object boltzmann4j() {
        return Workers.with(threads, this::run);
    }

    private Object run() {
        return task.equals("annealing") ? anneal() : sample();
    }

    private Object sample() {
        LayerStates visible = new LayerStates(rbm.visible(), DataType.FLOAT, rows, rbm.visibleWidth());
        LayerStates states = new LayerStates(rbm.hidden(), DataType.FLOAT, rows, rbm.hiddenWidth());
        RandomStreams hiddenStreams = RandomStreams.of(1);
        RandomStreams visibleStreams = RandomStreams.of(2);
        for (int step = 0; step < steps; step++) {
            GibbsSampler.hiddenGivenVisible(rbm, visible, states, Draw.SAMPLE, hiddenStreams, step);
            GibbsSampler.visibleGivenHidden(rbm, states, visible, Draw.SAMPLE, visibleStreams, step);
        }
        return visible;
    }

    private Object anneal() {
        AnnealedChains chains =
                AnnealedChains.atBaseRates(rbm, new double[rbm.visibleWidth()], rows, 1, RandomStreams.of(1));
        for (int step = 1; step <= steps; step++) {
            chains.moveTo((double) step / steps);
            chains.sweep();
        }
        return chains;
    }
}
