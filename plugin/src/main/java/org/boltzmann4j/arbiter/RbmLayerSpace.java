package org.boltzmann4j.arbiter;

import java.util.List;
import java.util.function.Consumer;
import org.boltzmann4j.dl4j.ImproperWeights;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.layers.FeedForwardLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Every setting of {@link RbmLayer} as a space, beside those of all feed-forward layers (updater, l1, l2, weight decay,
 * weights' start, dropout). What is not set has {@code RbmLayer}'s default. Use it in the host's {@code MultiLayerSpace} or
 * {@code ComputationGraphSpace}, or in a {@link DbnSpace}.
 *
 * <p>Settings that do not go together are repaired, never refused: an improper pair of units gets Bernoulli hidden units, a
 * pair that is proper for small weights only has its weights projected, sparsity, dropout or a negative phase that the units
 * or each other do not allow are left out or replaced.
 */
public final class RbmLayerSpace extends FeedForwardLayerSpace<RbmLayer> {

    private @Nullable ParameterSpace<Unit> visible;
    private @Nullable ParameterSpace<Unit> hidden;
    private @Nullable ParameterSpace<NegativePhase> negativePhase;
    private @Nullable ParameterSpace<GreyValues> greyValues;
    private @Nullable ParameterSpace<Centering> centering;
    private @Nullable ParameterSpace<Boolean> visibleBiasFromData;
    private @Nullable ParameterSpace<ImproperWeights> improperWeights;
    private @Nullable ParameterSpace<SparsityTarget> sparsity;
    private @Nullable ParameterSpace<HiddenUnitDropout> hiddenUnitDropout;
    private @Nullable ParameterSpace<Double> weightDecay;
    private @Nullable ParameterSpace<Double> weightDecayBias;

    /** For JSON. */
    RbmLayerSpace() {}

    private RbmLayerSpace(Builder builder) {
        super(builder);
        UpdaterDefaults.fill(updater);
        UpdaterDefaults.fill(biasUpdater);
        this.visible = builder.visible;
        this.hidden = builder.hidden;
        this.negativePhase = builder.negativePhase;
        this.greyValues = builder.greyValues;
        this.centering = builder.centering;
        this.visibleBiasFromData = builder.visibleBiasFromData;
        this.improperWeights = builder.improperWeights;
        this.sparsity = builder.sparsity;
        this.hiddenUnitDropout = builder.hiddenUnitDropout;
        this.weightDecay = builder.weightDecay;
        this.weightDecayBias = builder.weightDecayBias;
        this.numParameters = LeafUtils.countUniqueParameters(collectLeaves());
    }

    @Override
    @SuppressWarnings("rawtypes") // as the host declares it
    public List<ParameterSpace> collectLeaves() {
        return CompositeSpace.dimensionsOf(super.collectLeaves());
    }

    @Override
    public RbmLayer getValue(double[] values) {
        Repairs repairs = new Repairs();
        RbmLayer layer = valueAt(values, repairs, null, null);
        CompositeSpace.logged(repairs);
        return layer;
    }

    /**
     * The layer at a point.
     *
     * @param below type of the hidden units it stands on, whose states its visible units are; null for its own visible units
     * @param width number of hidden units, or null for its own
     */
    RbmLayer valueAt(double[] point, Repairs repairs, @Nullable Unit below, @Nullable Integer width) {
        RbmLayer.Builder builder = new RbmLayer.Builder();
        try {
            setLayerOptionsBuilder(builder, point);
        } catch (RuntimeException refused) {
            // Half of the settings may have arrived; none is better than an unknown half.
            repairs.note("settings of the layer left at their defaults: " + refused.getMessage());
            builder = new RbmLayer.Builder();
        }
        if (weightDecay != null) {
            builder.weightDecay(coefficient("weightDecay", weightDecay, point, repairs));
        }
        if (weightDecayBias != null) {
            builder.weightDecayBias(coefficient("weightDecayBias", weightDecayBias, point, repairs));
        }
        int drawnWidth = width != null ? width : nOut == null ? 0 : nOut.getValue(point);
        builder.nOut(repairs.atLeast(1, "nOut", drawnWidth));
        Unit lower = below != null ? below : CompositeSpace.valueOr(visible, new Bernoulli(), point, repairs);
        Unit upper = CompositeSpace.valueOr(hidden, new Bernoulli(), point, repairs);
        Unit proper =
                repairs.orElse(upper, unit -> ProperPairs.require(lower, unit), () -> new Bernoulli(), "hidden units");
        builder.visible(lower).hidden(proper);
        builder.improperWeights(weightsFor(lower, proper, point, repairs));
        set(builder::greyValues, greyValues, point, repairs);
        set(builder::centering, centering, point, repairs);
        set(builder::visibleBiasFromData, visibleBiasFromData, point, repairs);
        NegativePhase phase = phaseFor(lower, proper, point, repairs);
        builder.negativePhase(phase);
        setIfAllowed(builder::sparsity, sparsity, target -> target.requireUnits(proper), "sparsity", point, repairs);
        setIfAllowed(
                builder::hiddenUnitDropout,
                hiddenUnitDropout,
                dropout -> {
                    dropout.requireUnits(proper);
                    phase.requireMaskable();
                },
                "hiddenUnitDropout",
                point,
                repairs);
        return builder.build();
    }

    private static double coefficient(String name, ParameterSpace<Double> space, double[] point, Repairs repairs) {
        return repairs.within(0, Double.MAX_VALUE, name, CompositeSpace.valueOf(space, point, repairs));
    }

    private ImproperWeights weightsFor(Unit lower, Unit upper, double[] point, Repairs repairs) {
        ImproperWeights drawn = CompositeSpace.valueOr(improperWeights, ImproperWeights.REFUSED, point, repairs);
        if (drawn == ImproperWeights.REFUSED && ProperPairs.needContraction(lower, upper)) {
            repairs.note("improperWeights: REFUSED became PROJECTED, since large weights would end the training of "
                    + lower + " with " + upper);
            return ImproperWeights.PROJECTED;
        }
        return drawn;
    }

    private NegativePhase phaseFor(Unit lower, Unit upper, double[] point, Repairs repairs) {
        PersistentContrastiveDivergence usual = PersistentContrastiveDivergence.of(1, 100);
        NegativePhase drawn = CompositeSpace.valueOr(negativePhase, usual, point, repairs);
        return repairs.orElse(
                drawn,
                phase -> phase.requireUnits(lower, upper),
                () -> drawn instanceof ParallelTempering tempering
                        ? tempering.withPath(TemperingPath.BASE_RATES)
                        : usual,
                "negativePhase");
    }

    private static <T> void set(
            Consumer<T> setter, @Nullable ParameterSpace<T> space, double[] point, Repairs repairs) {
        if (space != null) {
            setter.accept(CompositeSpace.valueOf(space, point, repairs));
        }
    }

    private static <T> void setIfAllowed(
            Consumer<T> setter,
            @Nullable ParameterSpace<T> space,
            Consumer<T> requirement,
            String name,
            double[] point,
            Repairs repairs) {
        if (space == null) {
            return;
        }
        T drawn = CompositeSpace.valueOf(space, point, repairs);
        String reason = Repairs.refusal(drawn, requirement);
        if (reason == null) {
            setter.accept(drawn);
        } else {
            repairs.note(name + ": " + drawn + " left out: " + reason);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RbmLayerSpace that && getNestedSpaces().equals(that.getNestedSpaces());
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof RbmLayerSpace;
    }

    @Override
    public int hashCode() {
        return getNestedSpaces().hashCode();
    }

    @Override
    public String toString() {
        return "RbmLayerSpace" + getNestedSpaces();
    }

    /** Collects the spaces of the settings. */
    @SuppressWarnings("unchecked") // build() overrides a method whose type variable no caller can bind
    public static final class Builder extends FeedForwardLayerSpace.Builder<Builder> {

        private @Nullable ParameterSpace<Unit> visible;
        private @Nullable ParameterSpace<Unit> hidden;
        private @Nullable ParameterSpace<NegativePhase> negativePhase;
        private @Nullable ParameterSpace<GreyValues> greyValues;
        private @Nullable ParameterSpace<Centering> centering;
        private @Nullable ParameterSpace<Boolean> visibleBiasFromData;
        private @Nullable ParameterSpace<ImproperWeights> improperWeights;
        private @Nullable ParameterSpace<SparsityTarget> sparsity;
        private @Nullable ParameterSpace<HiddenUnitDropout> hiddenUnitDropout;
        private @Nullable ParameterSpace<Double> weightDecay;
        private @Nullable ParameterSpace<Double> weightDecayBias;

        /** Starts with no space at all, which is {@link RbmLayer}'s defaults. */
        public Builder() {}

        /**
         * Searches the type of the visible units.
         *
         * @param space for example {@code OneOf.of(new Bernoulli(), Gaussian.of(1))}
         * @return this
         */
        public Builder visible(ParameterSpace<Unit> space) {
            this.visible = space;
            return this;
        }

        /**
         * Searches the type of the hidden units.
         *
         * @param space the types
         * @return this
         */
        public Builder hidden(ParameterSpace<Unit> space) {
            this.hidden = space;
            return this;
        }

        /**
         * Searches the negative phase.
         *
         * @param space a {@link NegativePhaseSpace} or {@link OneOf}
         * @return this
         */
        public Builder negativePhase(ParameterSpace<NegativePhase> space) {
            this.negativePhase = space;
            return this;
        }

        /**
         * Searches the treatment of grey values.
         *
         * @param space the treatments
         * @return this
         */
        public Builder greyValues(ParameterSpace<GreyValues> space) {
            this.greyValues = space;
            return this;
        }

        /**
         * Searches the centering of the gradient.
         *
         * @param space a {@link CenteringSpace} or {@link OneOf}
         * @return this
         */
        public Builder centering(ParameterSpace<Centering> space) {
            this.centering = space;
            return this;
        }

        /**
         * Searches whether the visible bias starts from the data.
         *
         * @param space yes, no or both
         * @return this
         */
        public Builder visibleBiasFromData(ParameterSpace<Boolean> space) {
            this.visibleBiasFromData = space;
            return this;
        }

        /**
         * Searches what happens to improper weights. Where they could arise, refusing them is repaired to projecting them.
         *
         * @param space the options
         * @return this
         */
        public Builder improperWeights(ParameterSpace<ImproperWeights> space) {
            this.improperWeights = space;
            return this;
        }

        /**
         * Searches the sparsity target.
         *
         * @param space a {@link SparsitySpace} or {@link OneOf}
         * @return this
         */
        public Builder sparsity(ParameterSpace<SparsityTarget> space) {
            this.sparsity = space;
            return this;
        }

        /**
         * Searches the dropout of hidden units in pretraining.
         *
         * @param space a {@link HiddenUnitDropoutSpace} or {@link OneOf}
         * @return this
         */
        public Builder hiddenUnitDropout(ParameterSpace<HiddenUnitDropout> space) {
            this.hiddenUnitDropout = space;
            return this;
        }

        /**
         * Searches the weight decay, which takes the place of l2.
         *
         * @param space coefficients; those below 0 become 0
         * @return this
         */
        public Builder weightDecay(ParameterSpace<Double> space) {
            this.weightDecay = space;
            return this;
        }

        /**
         * Searches the decay of the biases, which takes the place of their l2.
         *
         * @param space coefficients; those below 0 become 0
         * @return this
         */
        public Builder weightDecayBias(ParameterSpace<Double> space) {
            this.weightDecayBias = space;
            return this;
        }

        /**
         * Searches the noise on the weights in supervised training, for which the host's builder has no method.
         *
         * @param space for example {@code OneOf.<IWeightNoise>of(new DropConnect(0.5), new DropConnect(0.9))}
         * @return this
         */
        public Builder weightNoise(ParameterSpace<IWeightNoise> space) {
            this.weightNoise = space;
            return this;
        }

        /** A fixed updater; unlike the host's, its JSON holds no Java serialisation. */
        @Override
        public Builder updater(IUpdater updater) {
            return updater(OneOf.of(updater));
        }

        /** A fixed updater of the biases; unlike the host's, its JSON holds no Java serialisation. */
        @Override
        public Builder biasUpdater(IUpdater updater) {
            return biasUpdater(OneOf.of(updater));
        }

        /**
         * A fixed number of hidden units.
         *
         * @param nOut at least 1, or it is repaired to 1
         */
        @Override
        public Builder nOut(int nOut) {
            return nOut(new FixedValue<>(nOut));
        }

        /** {@inheritDoc} */
        @Override
        public RbmLayerSpace build() {
            return new RbmLayerSpace(this);
        }
    }
}
