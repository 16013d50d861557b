package org.boltzmann4j.dl4j;

import java.util.Collection;
import java.util.Objects;
import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.energy.RbmStack;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.RbmGradient;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A restricted Boltzmann machine as a layer of a Deeplearning4j network.
 *
 * <p>As a feed-forward layer it returns the hidden units' conditional means, {@code sigmoid(c + (v/s) W)} for Bernoulli
 * units, and is trained by backpropagation like a dense layer. {@link GreedyPretrainer} trains it before that, without
 * labels, as the model {@code p(v) ~ exp(-F(v))} of its inputs.
 *
 * <p>Parameters: {@code W [nIn, nOut]}, hidden bias {@code b [nOut]}, visible bias {@code vb [nIn]} and, if the visible
 * units learn their scales, log-variances {@code vz [nIn]}. Backpropagation leaves the last two alone. l1, l2 and weight decay act on {@code W}, their bias variants on both biases, and so does
 * a bias updater.
 *
 * <p>The activation function follows from the type of the hidden units; one set on the network, or by a
 * {@code FineTuneConfiguration}, does not reach this layer.
 */
public final class RbmLayer extends FeedForwardLayer {

    private static final long serialVersionUID = 1;

    private Unit visible;
    private Unit hidden;
    private NegativePhase negativePhase;
    private GreyValues greyValues;
    private Centering centering;
    private boolean visibleBiasFromData;
    private ImproperWeights improperWeights;
    private @Nullable SparsityTarget sparsity;
    private @Nullable HiddenUnitDropout hiddenUnitDropout;

    private RbmLayer(Builder builder) {
        super(builder);
        this.visible = builder.visible;
        this.hidden = builder.hidden;
        this.negativePhase = builder.negativePhase;
        this.greyValues = builder.greyValues;
        this.centering = builder.centering;
        this.visibleBiasFromData = builder.visibleBiasFromData;
        this.improperWeights = builder.improperWeights;
        this.sparsity = builder.sparsity;
        this.hiddenUnitDropout = builder.hiddenUnitDropout;
        requireFitting();
        initializeConstraints(builder);
    }

    private void requireFitting() {
        ProperPairs.require(visible, hidden);
        requireFitting(negativePhase);
        if (sparsity != null) {
            sparsity.requireUnits(hidden);
        }
        if (hiddenUnitDropout != null) {
            hiddenUnitDropout.requireUnits(hidden);
        }
    }

    private void requireFitting(NegativePhase phase) {
        phase.requireUnits(visible, hidden);
        if (hiddenUnitDropout != null) {
            phase.requireMaskable();
        }
    }

    private RbmLayer(
            Unit visible,
            Unit hidden,
            NegativePhase negativePhase,
            GreyValues greyValues,
            Centering centering,
            boolean visibleBiasFromData,
            ImproperWeights improperWeights,
            @Nullable SparsityTarget sparsity,
            @Nullable HiddenUnitDropout hiddenUnitDropout) {
        this.improperWeights = improperWeights;
        this.sparsity = sparsity;
        this.hiddenUnitDropout = hiddenUnitDropout;
        this.visible = visible;
        this.hidden = hidden;
        this.negativePhase = negativePhase;
        this.greyValues = greyValues;
        this.centering = centering;
        this.visibleBiasFromData = visibleBiasFromData;
    }

    /** Reads the layer's own fields strictly; DL4J's mapper sets those of the base classes afterwards. */
    @JsonCreator
    static RbmLayer fromJson(
            @JsonProperty("visible") @Nullable Unit visible,
            @JsonProperty("hidden") @Nullable Unit hidden,
            @JsonProperty("negativePhase") @Nullable NegativePhase negativePhase,
            @JsonProperty("greyValues") @Nullable GreyValues greyValues,
            @JsonProperty("centering") @Nullable Centering centering,
            @JsonProperty("visibleBiasFromData") @Nullable Boolean visibleBiasFromData,
            @JsonProperty("improperWeights") @Nullable ImproperWeights improperWeights,
            @JsonProperty("sparsity") @Nullable SparsityTarget sparsity,
            @JsonProperty("hiddenUnitDropout") @Nullable HiddenUnitDropout hiddenUnitDropout,
            @JsonProperty("nin") @Nullable JsonNode nIn,
            @JsonProperty("nout") @Nullable JsonNode nOut) {
        RbmLayer layer = new RbmLayer(
                required(visible, "visible"),
                required(hidden, "hidden"),
                required(negativePhase, "negativePhase"),
                required(greyValues, "greyValues"),
                required(centering, "centering"),
                required(visibleBiasFromData, "visibleBiasFromData"),
                // Layers saved before there was a choice had no pair that it concerns.
                improperWeights == null ? ImproperWeights.REFUSED : improperWeights,
                sparsity,
                hiddenUnitDropout);
        layer.requireFitting();
        layer.nIn = requireWhole(nIn, "nin", 0);
        layer.nOut = requireWhole(nOut, "nout", 1);
        return layer;
    }

    private static <T> T required(@Nullable T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException("RbmLayer: field \"" + field + "\" is missing");
        }
        return value;
    }

    private static long requireWhole(@Nullable JsonNode value, String field, long least) {
        if (value == null || !value.isIntegralNumber() || value.asLong() < least) {
            throw new IllegalArgumentException(
                    "RbmLayer: field \"" + field + "\" = " + value + ", expected a whole number of at least " + least);
        }
        return value.asLong();
    }

    /**
     * Views the parameters of an RBM layer of a network as a model, for free energies and conditional means.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}
     * @param layer index of the layer, as a number or, for graphs, the vertex' name
     * @return the model; it shares the network's parameters
     * @throws IllegalArgumentException if there is no such layer or it is no RBM
     */
    public static Rbm modelOf(Model network, String layer) {
        return RbmTargets.of(network).named(layer).runtime().rbm();
    }

    /**
     * Views the parameters of an RBM layer of a network as a model, for free energies and conditional means.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}
     * @param layer index of the layer
     * @return the model; it shares the network's parameters
     * @throws IllegalArgumentException if there is no such layer or it is no RBM
     */
    public static Rbm modelOf(Model network, int layer) {
        return RbmTargets.of(network).atIndex(layer).runtime().rbm();
    }

    /**
     * Views all RBM layers of a network as a deep belief network of its features, for {@code Generation} and
     * {@code DeepBeliefBound}.
     *
     * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}
     * @return the model; it shares the network's parameters
     * @throws IllegalArgumentException if there is no RBM layer, or the RBM layers do not stand one on the other and the lowest
     *     on the features: frozen layers count as others
     */
    public static RbmStack stackOf(Model network) {
        return RbmTargets.of(network).stack();
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        if (nIn < 1 || nOut < 1) {
            throw new IllegalArgumentException("RbmLayer " + layerIndex + " (name: " + getLayerName() + "): nIn = "
                    + nIn + ", nOut = " + nOut + ", expected both to be at least 1");
        }
        if (networkDataType != DataType.FLOAT && networkDataType != DataType.DOUBLE) {
            throw new IllegalArgumentException("RbmLayer " + layerIndex + " (name: " + getLayerName() + "): data type "
                    + networkDataType + ", expected FLOAT or DOUBLE");
        }
        visible.requireWidth(nIn);
        hidden.requireWidth(nOut);
        RbmRuntimeLayer runtime = new RbmRuntimeLayer(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setParamsViewArray(layerParamsView);
        runtime.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        runtime.setConf(conf);
        if (initializeParams) {
            runtime.keepWithinBounds();
        }
        return runtime;
    }

    @Override
    public ParamInitializer initializer() {
        return RbmParamInitializer.INSTANCE;
    }

    @Override
    public boolean isPretrainParam(String paramName) {
        return RbmParamInitializer.VISIBLE_BIAS_KEY.equals(paramName)
                || RbmParamInitializer.LOG_VARIANCE_KEY.equals(paramName);
    }

    @Override
    public IActivation getActivationFn() {
        Activation stock = hidden.stockActivation(nOut);
        return stock == null ? new UnitActivation(hidden) : stock.getActivationFunction();
    }

    @Override
    public void setActivationFn(@Nullable IActivation ignored) {
        // Follows from the hidden units: anything else would not be the model's conditional mean.
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        long parameters = initializer().numParams(this);
        // Pretraining is the larger use: data and chains each hold visible samples, hidden means and hidden samples.
        long perExample = 2 * (2 * inputType.arrayElementsPerExample() + 2 * outputType.arrayElementsPerExample());
        return new LayerMemoryReport.Builder(getLayerName(), RbmLayer.class, inputType, outputType)
                .standardMemory(parameters, getIUpdater().stateSize(parameters))
                .workingMemory(0, 0, 0, perExample)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    @Override
    public RbmLayer clone() {
        return (RbmLayer) super.clone();
    }

    RbmGradient gradient() {
        return new RbmGradient(negativePhase, greyValues, centering, sparsity, hiddenUnitDropout);
    }

    /**
     * Returns the type of the visible units.
     *
     * @return the unit type
     */
    public Unit getVisible() {
        return visible;
    }

    /**
     * Returns the type of the hidden units.
     *
     * @return the unit type
     */
    public Unit getHidden() {
        return hidden;
    }

    /**
     * Returns the estimator of the model's side of the gradient.
     *
     * @return the specification
     */
    public NegativePhase getNegativePhase() {
        return negativePhase;
    }

    void setNegativePhase(NegativePhase negativePhase) {
        requireFitting(negativePhase);
        this.negativePhase = negativePhase;
    }

    /**
     * Returns how grey values are presented to binary visible units.
     *
     * @return the option
     */
    public GreyValues getGreyValues() {
        return greyValues;
    }

    /**
     * Returns whether and how the gradient is centered.
     *
     * @return the specification
     */
    public Centering getCentering() {
        return centering;
    }

    /**
     * Returns whether pretraining starts the visible bias from the data's means.
     *
     * @return true by default
     */
    public boolean isVisibleBiasFromData() {
        return visibleBiasFromData;
    }

    /**
     * Returns what happens when weights between unbounded units make the model improper.
     *
     * @return the option
     */
    public ImproperWeights getImproperWeights() {
        return improperWeights;
    }

    /**
     * Returns the target for the mean activation of the hidden units.
     *
     * @return the specification, or null for none
     */
    public @Nullable SparsityTarget getSparsity() {
        return sparsity;
    }

    /**
     * Returns which hidden units take part in pretraining.
     *
     * @return the specification, or null for all of them
     */
    public @Nullable HiddenUnitDropout getHiddenUnitDropout() {
        return hiddenUnitDropout;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RbmLayer that
                && super.equals(other)
                && visible.equals(that.visible)
                && hidden.equals(that.hidden)
                && negativePhase.equals(that.negativePhase)
                && greyValues == that.greyValues
                && centering.equals(that.centering)
                && visibleBiasFromData == that.visibleBiasFromData
                && improperWeights == that.improperWeights
                && Objects.equals(sparsity, that.sparsity)
                && Objects.equals(hiddenUnitDropout, that.hiddenUnitDropout);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof RbmLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                super.hashCode(),
                visible,
                hidden,
                negativePhase,
                greyValues,
                centering,
                visibleBiasFromData,
                improperWeights,
                sparsity,
                hiddenUnitDropout);
    }

    @Override
    public String toString() {
        return "RbmLayer(name=" + getLayerName() + ", nIn=" + nIn + ", nOut=" + nOut + ", visible=" + visible
                + ", hidden=" + hidden + ", negativePhase=" + negativePhase + ", greyValues=" + greyValues
                + ", centering=" + centering + ", visibleBiasFromData=" + visibleBiasFromData
                + ", improperWeights=" + improperWeights + ", sparsity=" + sparsity + ", hiddenUnitDropout="
                + hiddenUnitDropout + ")";
    }

    /** Builds an {@link RbmLayer}. The defaults train binary units on data in [0, 1] without further tuning. */
    @SuppressWarnings("unchecked") // build() overrides a method whose type variable no caller can bind
    public static final class Builder extends FeedForwardLayer.Builder<Builder> {

        private Unit visible = new Bernoulli();
        private Unit hidden = new Bernoulli();
        private NegativePhase negativePhase = PersistentContrastiveDivergence.of(1, 100);
        private GreyValues greyValues = GreyValues.SAMPLED;
        private Centering centering = Centering.of(0.01);
        private boolean visibleBiasFromData = true;
        private ImproperWeights improperWeights = ImproperWeights.REFUSED;
        private @Nullable SparsityTarget sparsity;
        private @Nullable HiddenUnitDropout hiddenUnitDropout;

        /** Starts from the defaults. */
        public Builder() {}

        /**
         * Sets the type of the visible units. Default: Bernoulli. {@link #build} refuses pairs of types that make no proper
         * model ({@link ProperPairs}).
         *
         * @param visible the unit type
         * @return this
         */
        public Builder visible(Unit visible) {
            this.visible = Objects.requireNonNull(visible, "visible");
            return this;
        }

        /**
         * Sets the type of the hidden units. Default: Bernoulli.
         *
         * @param hidden the unit type
         * @return this
         */
        public Builder hidden(Unit hidden) {
            this.hidden = Objects.requireNonNull(hidden, "hidden");
            return this;
        }

        /**
         * Sets the estimator of the model's side of the gradient. Default: PCD-1 with 100 chains.
         *
         * @param negativePhase the specification
         * @return this
         */
        public Builder negativePhase(NegativePhase negativePhase) {
            this.negativePhase = Objects.requireNonNull(negativePhase, "negativePhase");
            return this;
        }

        /**
         * Sets how grey values are presented to binary visible units, and probabilities to softmax groups. Default: sampled at every presentation.
         *
         * @param greyValues the option
         * @return this
         */
        public Builder greyValues(GreyValues greyValues) {
            this.greyValues = Objects.requireNonNull(greyValues, "greyValues");
            return this;
        }

        /**
         * Sets whether and how the gradient is centered. Default: with an offset step of 0.01.
         *
         * @param centering the specification
         * @return this
         */
        public Builder centering(Centering centering) {
            this.centering = Objects.requireNonNull(centering, "centering");
            return this;
        }

        /**
         * Sets whether pretraining starts the visible bias from the data, so that units without weights would have the
         * data's means: their log-odds for Bernoulli units, the means for Gaussian ones; the hidden bias is moved along so that the hidden units' inputs keep their means.
         * Default: true.
         *
         * @param visibleBiasFromData false to keep the bias the network has
         * @return this
         */
        public Builder visibleBiasFromData(boolean visibleBiasFromData) {
            this.visibleBiasFromData = visibleBiasFromData;
            return this;
        }

        /**
         * Sets what happens when the weights between two layers of unbounded units (Gaussian, noisy rectified linear) reach
         * a largest singular value of 1. Default: refused. The usual weight initialisers start above 1 for such layers.
         *
         * @param improperWeights the option
         * @return this
         */
        public Builder improperWeights(ImproperWeights improperWeights) {
            this.improperWeights = Objects.requireNonNull(improperWeights, "improperWeights");
            return this;
        }

        /**
         * Sets a target for the mean activation of the hidden units in pretraining, added to the likelihood gradient. For
         * Bernoulli and binomial hidden units. Default: none.
         *
         * @param sparsity the specification, or null for none
         * @return this
         */
        public Builder sparsity(@Nullable SparsityTarget sparsity) {
            this.sparsity = sparsity;
            return this;
        }

        /**
         * Drops hidden units at random while the layer is pretrained; DL4J's own {@code dropOut} of the layer concerns its
         * input in supervised training. For Bernoulli and binomial hidden units, and not with parallel tempering. The
         * parameters are left as they are afterwards, and {@code output} is right with them. Default: none dropped.
         *
         * @param hiddenUnitDropout the specification, or null for none
         * @return this
         */
        public Builder hiddenUnitDropout(@Nullable HiddenUnitDropout hiddenUnitDropout) {
            this.hiddenUnitDropout = hiddenUnitDropout;
            return this;
        }

        // The host's own versions return its raw base builder, after which none of the methods above could be called.

        @Override
        public Builder weightDecay(double coefficient) {
            super.weightDecay(coefficient);
            return this;
        }

        @Override
        public Builder weightDecay(double coefficient, boolean applyLR) {
            super.weightDecay(coefficient, applyLR);
            return this;
        }

        @Override
        public Builder weightDecayBias(double coefficient) {
            super.weightDecayBias(coefficient);
            return this;
        }

        @Override
        public Builder weightDecayBias(double coefficient, boolean applyLR) {
            super.weightDecayBias(coefficient, applyLR);
            return this;
        }

        @Override
        public RbmLayer build() {
            return new RbmLayer(this);
        }
    }
}
