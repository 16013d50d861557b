package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Deep belief networks with an output layer: depth, a width for every level or one for all, the settings of the RBM layers, and
 * those of pretraining apart from those of fine-tuning.
 *
 * <pre>{@code
 * DbnSpace.builder(784, 10)
 *     .depth(new IntegerParameterSpace(1, 3))
 *     .widths(new IntegerParameterSpace(100, 500), new IntegerParameterSpace(100, 500), new IntegerParameterSpace(100, 500))
 *     .pretraining(PretrainingSpace.ofEpochs(new IntegerParameterSpace(1, 20)).withUpdaters(new SgdSpace(rates)))
 *     .updater(AdamSpace.withLR(rates))
 *     .fineTuningEpochs(new FixedValue<>(20))
 *     .build()
 * }</pre>
 *
 * <p>The dimensions of levels beyond the depth drawn have no effect. The visible units of every level above the first are of the
 * type of the hidden units they stand on. Invalid points are repaired; what was repaired is in the candidate.
 */
public final class DbnSpace extends CompositeSpace<DbnConfiguration> {

    private static final double USUAL_RATE = 0.001;

    private final Integer inputs;
    private final Integer classes;
    private final @Nullable ParameterSpace<Integer> depth;
    private final List<ParameterSpace<Integer>> widths;
    private final List<RbmLayerSpace> layers;
    private final @Nullable ParameterSpace<? extends Layer> output;
    private final @Nullable ParameterSpace<IUpdater> updater;
    private final @Nullable ParameterSpace<Double> l2;
    private final @Nullable ParameterSpace<Integer> fineTuningEpochs;
    private final @Nullable PretrainingSpace pretraining;
    private final @Nullable JemSpace joint;

    @JsonCreator
    DbnSpace(
            @JsonProperty("inputs") @Nullable Integer inputs,
            @JsonProperty("classes") @Nullable Integer classes,
            @JsonProperty("depth") @Nullable ParameterSpace<Integer> depth,
            @JsonProperty("widths") List<ParameterSpace<Integer>> widths,
            @JsonProperty("layers") List<RbmLayerSpace> layers,
            @JsonProperty("output") @Nullable ParameterSpace<? extends Layer> output,
            @JsonProperty("updater") @Nullable ParameterSpace<IUpdater> updater,
            @JsonProperty("l2") @Nullable ParameterSpace<Double> l2,
            @JsonProperty("fineTuningEpochs") @Nullable ParameterSpace<Integer> fineTuningEpochs,
            @JsonProperty("pretraining") @Nullable PretrainingSpace pretraining,
            @JsonProperty("joint") @Nullable JemSpace joint) {
        this.inputs = Counts.requirePositive(inputs, "DBN space: inputs");
        this.classes = Counts.requirePositive(classes, "DBN space: classes");
        if (widths.isEmpty() || layers.isEmpty()) {
            throw new IllegalArgumentException(
                    "DBN space: widths = " + widths + ", layers = " + layers + ", expected at least one of each");
        }
        this.depth = depth;
        this.widths = List.copyOf(widths);
        this.layers = List.copyOf(layers);
        this.output = output;
        this.updater = UpdaterDefaults.fill(updater);
        this.l2 = l2;
        this.fineTuningEpochs = fineTuningEpochs;
        this.pretraining = pretraining;
        this.joint = joint;
    }

    /**
     * Starts a space.
     *
     * @param inputs number of features
     * @param classes number of outputs
     * @return a builder
     */
    public static Builder builder(int inputs, int classes) {
        return new Builder(inputs, classes);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> parts() {
        return parts(widths, layers, pretraining);
    }

    @Override
    @SuppressWarnings("rawtypes")
    Map<String, @Nullable ParameterSpace> partsAt(double[] point) {
        int levels = levels(point, new Repairs());
        return parts(
                widths.subList(0, Math.min(levels, widths.size())),
                layers.subList(0, Math.min(levels, layers.size())),
                pretraining == null ? null : pretraining.below(levels));
    }

    @SuppressWarnings("rawtypes")
    private Map<String, @Nullable ParameterSpace> parts(
            List<ParameterSpace<Integer>> ofWidths,
            List<RbmLayerSpace> ofLayers,
            @Nullable PretrainingSpace ofPretraining) {
        Map<String, @Nullable ParameterSpace> parts = Parts.of("depth", depth);
        parts.putAll(Parts.numbered("width", ofWidths));
        parts.putAll(Parts.numbered("layer", ofLayers));
        parts.putAll(Parts.of(
                "output",
                output,
                "updater",
                updater,
                "l2",
                l2,
                "fineTuningEpochs",
                fineTuningEpochs,
                "pretraining",
                ofPretraining,
                "joint",
                joint));
        return parts;
    }

    @Override
    DbnConfiguration valueAt(double[] point, Repairs repairs) {
        int levels = levels(point, repairs);
        List<Layer> stack = new ArrayList<>();
        Unit below = null;
        for (int level = 0; level < levels; level++) {
            int width = valueOf(atOrLast(widths, level), point, repairs);
            RbmLayer layer = atOrLast(layers, level).valueAt(point, repairs, below, width);
            stack.add(layer);
            below = layer.getHidden();
        }
        stack.add(outputAt(point, repairs));
        PretrainingSettings settings = pretraining == null
                ? PretrainingSettings.ofEpochs(1)
                : pretraining.below(levels).valueAt(point, repairs);
        int epochs = repairs.atLeast(0, "fineTuningEpochs", valueOr(fineTuningEpochs, 1, point, repairs));
        MultiLayerConfiguration network = new LayerStack(inputs, classes)
                .network(
                        stack,
                        valueOr(updater, new Adam(USUAL_RATE), point, repairs),
                        valueOr(l2, 0.0, point, repairs),
                        repairs);
        JointSettings together = joint == null ? null : joint.valueAt(point, repairs);
        return new DbnConfiguration(network, null, epochs, new CandidateSettings(settings, together, repairs.notes()));
    }

    private int levels(double[] point, Repairs repairs) {
        int most = widths.size() == 1 ? Integer.MAX_VALUE : widths.size();
        return repairs.within(1, most, "depth", valueOr(depth, widths.size(), point, repairs));
    }

    private Layer outputAt(double[] point, Repairs repairs) {
        try {
            return output == null ? LayerStack.usualOutput(classes) : output.getValue(point);
        } catch (RuntimeException refused) {
            repairs.note("the output layer became softmax with cross entropy: " + refused.getMessage());
            return LayerStack.usualOutput(classes);
        }
    }

    private static <T> T atOrLast(List<T> list, int i) {
        return list.get(Math.min(i, list.size() - 1));
    }

    @Override
    Object constants() {
        return List.of(inputs, classes);
    }

    /** Collects the parts of a {@link DbnSpace}. */
    public static final class Builder {

        private final int inputs;
        private final int classes;
        private @Nullable ParameterSpace<Integer> depth;
        private List<ParameterSpace<Integer>> widths = List.of();
        private List<RbmLayerSpace> layers = List.of(new RbmLayerSpace.Builder().build());
        private @Nullable ParameterSpace<? extends Layer> output;
        private @Nullable ParameterSpace<IUpdater> updater;
        private @Nullable ParameterSpace<Double> l2;
        private @Nullable ParameterSpace<Integer> fineTuningEpochs;
        private @Nullable PretrainingSpace pretraining;
        private @Nullable JemSpace joint;

        private Builder(int inputs, int classes) {
            this.inputs = inputs;
            this.classes = classes;
        }

        /**
         * Searches the number of RBM layers. Default: as many as there are widths.
         *
         * @param space brought into the range from 1 to the number of widths, if these are several
         * @return this
         */
        public Builder depth(ParameterSpace<Integer> space) {
            this.depth = space;
            return this;
        }

        /**
         * Sets the numbers of hidden units.
         *
         * @param spaces one for every level, independent of each other; or a single one, tied for all levels
         * @return this
         */
        @SafeVarargs
        @SuppressWarnings("varargs") // the array is copied and not kept
        public final Builder widths(ParameterSpace<Integer>... spaces) {
            this.widths = List.of(spaces);
            return this;
        }

        /**
         * Sets the settings of the RBM layers. Default: those of {@code RbmLayer}. Their widths are not taken from here.
         *
         * @param spaces one for every level, the last one for all above
         * @return this
         */
        public Builder layers(RbmLayerSpace... spaces) {
            this.layers = List.of(spaces);
            return this;
        }

        /**
         * Sets the output layer. Default: softmax with cross entropy.
         *
         * @param space for example the host's {@code OutputLayerSpace}
         * @return this
         */
        public Builder output(ParameterSpace<? extends Layer> space) {
            this.output = space;
            return this;
        }

        /**
         * Searches the updater of fine-tuning. Default: Adam with a rate of 0.001.
         *
         * @param space for example the host's {@code AdamSpace}, whose decay rates and epsilon, where they are not set, become those of
         *     {@code Adam} (the host would take 0.001)
         * @return this
         */
        public Builder updater(ParameterSpace<IUpdater> space) {
            this.updater = space;
            return this;
        }

        /**
         * Searches the l2 coefficient of the network. It acts in pretraining too.
         *
         * @param space coefficients
         * @return this
         */
        public Builder l2(ParameterSpace<Double> space) {
            this.l2 = space;
            return this;
        }

        /**
         * Searches the epochs of fine-tuning. Default: 1.
         *
         * @param space numbers of epochs
         * @return this
         */
        public Builder fineTuningEpochs(ParameterSpace<Integer> space) {
            this.fineTuningEpochs = space;
            return this;
        }

        /**
         * Searches the settings of pretraining. Default: one epoch with the updater of fine-tuning.
         *
         * @param space the settings
         * @return this
         */
        public Builder pretraining(PretrainingSpace space) {
            this.pretraining = space;
            return this;
        }

        /**
         * Searches joint training, which replaces {@code fit} in the fine-tuning. Default: none.
         *
         * @param space weights, sampler and buffer
         * @return this
         */
        public Builder joint(JemSpace space) {
            this.joint = space;
            return this;
        }

        /**
         * Makes the space.
         *
         * @return the space
         * @throws IllegalArgumentException if there are no widths, or inputs or classes are below 1
         */
        public DbnSpace build() {
            return new DbnSpace(
                    inputs, classes, depth, widths, layers, output, updater, l2, fineTuningEpochs, pretraining, joint);
        }
    }
}
