package org.boltzmann4j.objective;

import java.util.Objects;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.StateRecord;
import org.boltzmann4j.sampler.AutocorrelationTime;
import org.boltzmann4j.sampler.ChainTrace;
import org.boltzmann4j.sampler.LayerStates;
import org.boltzmann4j.sampler.ModelSamples;
import org.boltzmann4j.sampler.Reversal;
import org.boltzmann4j.sampler.SwapReport;
import org.boltzmann4j.sampler.TemperedChains;
import org.boltzmann4j.sampler.TrajectoryChains;
import org.boltzmann4j.sampler.TrajectoryReport;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything that lives on from one minibatch to the next while a restricted Boltzmann machine is trained, besides its
 * parameters and the updater: chains, offsets, the count of minibatches; and the buffers of the step. Mutable, one per
 * layer in training, not thread-safe.
 */
public final class RbmGradientState {

    /** Bounds the memory, and the time an estimate takes to some ten milliseconds. */
    private static final int TRACED = 512;

    final LayerStates visible;
    final LayerStates hidden;
    final double[] visibleOffsets;
    final double[] hiddenOffsets;
    /** The running means of the sparsity target. */
    final double[] activation;
    /** Column sums of the hidden means of the last minibatch, before any unit was dropped. */
    final double[] hiddenMeanSums;

    final RandomStreams maskStreams;
    final RandomStreams dataStreams;
    final RandomStreams positiveStreams;
    final RandomStreams chainStreams;
    private final OuterProducts outerProducts;

    @Nullable ModelSamples chains;

    private @Nullable ChainTrace trace;
    private final RandomStreams traceStreams;

    double[] baseBias;

    long minibatches;

    /** Of the last minibatch. */
    double hiddenWeight;

    /** Before this state was restored. */
    private long boundedBefore;

    /**
     * Makes the state before the first minibatch.
     *
     * @param rbm the model to be trained
     * @param rows expected size of the minibatches; others are fine
     * @param streams source of all randomness of the training
     */
    public RbmGradientState(Rbm rbm, long rows, RandomStreams streams) {
        DataType type = rbm.weights().dataType();
        this.visible = new LayerStates(rbm.visible(), type, rows, rbm.visibleWidth());
        this.hidden = new LayerStates(rbm.hidden(), type, rows, rbm.hiddenWidth());
        this.visibleOffsets = new double[rbm.visibleWidth()];
        this.hiddenOffsets = new double[rbm.hiddenWidth()];
        this.activation = new double[rbm.hiddenWidth()];
        this.hiddenMeanSums = new double[rbm.hiddenWidth()];
        this.maskStreams = streams.split("masks");
        this.dataStreams = streams.split("data");
        this.positiveStreams = streams.split("positive");
        this.chainStreams = streams.split("chains");
        this.outerProducts = new OuterProducts(type, rbm.visibleWidth(), rbm.hiddenWidth());
        this.traceStreams = streams.split("trace");
        this.baseBias = new double[0];
    }

    /**
     * Fixes the model without weights from which parallel tempering may start. Without a call the means of the first
     * minibatch do.
     *
     * @param bias visible biases that fit the data, {@code [visible]}, copied
     */
    public void setBaseBias(double[] bias) {
        baseBias = bias.clone();
    }

    /**
     * Passes everything the next minibatch depends on through a record.
     *
     * @param record written or read
     * @param rbm the model at present
     * @param negativePhase what made the chains
     * @throws IllegalArgumentException if a record that was read does not fit
     */
    public void carry(StateRecord record, Rbm rbm, NegativePhase negativePhase) {
        minibatches = record.count("minibatches", minibatches);
        hiddenWeight = record.number("hiddenWeight", hiddenWeight);
        boundedBefore = record.count("bounded", bounded());
        baseBias = record.numbers("baseBias", baseBias);
        record.numbersInto("visibleOffsets", visibleOffsets);
        record.numbersInto("hiddenOffsets", hiddenOffsets);
        record.numbersInto("activation", activation);
        record.numbersInto("hiddenMeanSums", hiddenMeanSums);
        if (record.flag("hasChains", chains != null)) {
            StateRecord part = record.in("chains");
            if (record.isReading()) {
                chains = negativePhase.restored(rbm, baseBias, part, chainStreams);
            } else {
                Objects.requireNonNull(chains).carry(part);
            }
        }
        if (record.flag("hasTrace", trace != null)) {
            int followed = record.count("followed", trace == null ? 0 : trace.followed(), 1, Integer.MAX_VALUE);
            if (trace == null) {
                trace = new ChainTrace(visibleOffsets.length, followed, TRACED, traceStreams);
            }
            trace.carry(record.in("trace"));
        }
    }

    /** An empty sum. */
    OuterProducts outerProducts() {
        outerProducts.clear();
        return outerProducts;
    }

    /** Before the first step of the chains. */
    void fitBaseBias(Rbm rbm) {
        if (baseBias.length == 0) {
            double[] means = visible.sampleSums().clone();
            for (int i = 0; i < means.length; i++) {
                means[i] *= rbm.visible().scale(i) / visible.totalRowWeight();
            }
            baseBias = rbm.visible().biasesForMeans(means);
        }
    }

    /**
     * Returns the swaps of parallel tempering since the last call, and starts to count anew.
     *
     * @return the report, or null for other negative phases and before the first minibatch
     */
    public @Nullable SwapReport takeSwapReport() {
        if (chains instanceof TemperedChains tempered) {
            SwapReport report = tempered.report();
            tempered.restartReport();
            return report;
        }
        if (chains instanceof TrajectoryChains trajectory) {
            SwapReport report = trajectory.swapReport();
            trajectory.restartReport();
            return report;
        }
        return null;
    }

    /**
     * Estimates log Z along the checkpoints of trajectory tempering, and sums up where it stands.
     *
     * @param rbm the model
     * @param distinct different data rows as they are presented, {@code [rows, visible]}, whose probabilities are to be
     *     summed; null for none
     * @return the report, or null for other negative phases and before the first minibatch
     */
    public @Nullable TrajectoryReport trajectoryReport(Rbm rbm, @Nullable INDArray distinct) {
        return chains instanceof TrajectoryChains trajectory ? trajectory.report(rbm, distinct) : null;
    }

    /**
     * Returns the request of the last minibatch's chains to take the update before it back.
     *
     * @return what to go back to, or null
     */
    public @Nullable Reversal reversal() {
        return chains == null ? null : chains.reversal();
    }

    /**
     * Estimates the autocorrelation time of the chains over the last minibatches, at most {@value #TRACED}. The parameters
     * changed on the way, so it is that of a moving model.
     *
     * @return the time in minibatches, of k sweeps each; null where chains start at the data, and for fewer than 16 minibatches
     */
    public @Nullable AutocorrelationTime autocorrelationTime() {
        return trace == null ? null : trace.autocorrelationTime();
    }

    void trace(ModelSamples samples) {
        if (trace == null) {
            long chainCount = samples.visible().rows();
            trace = new ChainTrace(visible.sampleSums().length, chainCount, TRACED, traceStreams);
        }
        trace.record(samples.visible().samples());
    }

    void forgetTrace() {
        if (trace != null) {
            trace.clear();
        }
    }

    /**
     * Returns how many minibatches have been seen.
     *
     * @return the count
     */
    public long minibatches() {
        return minibatches;
    }

    /**
     * Returns the mean over the last minibatch and the units of the hidden conditional means, with all units there.
     *
     * @return for Bernoulli units a value in [0, 1]
     */
    public double meanHiddenActivation() {
        double sum = 0;
        for (double s : hiddenMeanSums) {
            sum += s;
        }
        return sum / hiddenMeanSums.length / hiddenWeight;
    }

    /**
     * Returns how many units had a mean held down by a bound of their type, over all draws so far.
     *
     * @return 0 for types without a bound
     */
    public long bounded() {
        return boundedBefore + hidden.bounded() + (chains == null ? 0 : chains.bounded());
    }

    /**
     * Returns the visible states of the last minibatch as they were presented.
     *
     * @return {@code [rows, visible]}, a copy
     */
    public INDArray lastPresented() {
        return visible.values();
    }
}
