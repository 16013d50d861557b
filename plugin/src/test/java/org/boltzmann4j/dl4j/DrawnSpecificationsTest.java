package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Layers of specifications drawn at random, valid and invalid. */
class DrawnSpecificationsTest {

    private static final int VISIBLE = 6;
    private static final int HIDDEN = 4;
    private static final int ROWS = 8;

    record Drawn(
            Unit visible,
            Unit hidden,
            NegativePhase phase,
            GreyValues greyValues,
            Centering centering,
            boolean visibleBiasFromData,
            @Nullable SparsityTarget sparsity,
            @Nullable HiddenUnitDropout dropout) {

        RbmLayer.Builder on(RbmLayer.Builder layer) {
            return layer.visible(visible)
                    .hidden(hidden)
                    .negativePhase(phase)
                    .greyValues(greyValues)
                    .centering(centering)
                    .visibleBiasFromData(visibleBiasFromData)
                    .improperWeights(ImproperWeights.PROJECTED)
                    .sparsity(sparsity)
                    .hiddenUnitDropout(dropout);
        }

        /** What the documentation of the types says of them, in the order in which a layer looks. Null if they fit. */
        @Nullable String reasonAgainst() {
            boolean countsWords = visible instanceof ReplicatedSoftmax;
            boolean binaryHidden = hidden instanceof Bernoulli || hidden instanceof Binomial;
            if ((hidden instanceof Poisson && (hasTail(visible) || hasPoisson(visible)))
                    || (hasPoisson(visible) && (hasTail(hidden) || hidden instanceof Poisson))) {
                return "expected a bounded partner for Poisson units";
            }
            if (countsWords && hidden instanceof Gaussian) {
                return "expected hidden units whose bias enters the energy as";
            }
            if (phase instanceof ParallelTempering tempering
                    && tempering.path() == TemperingPath.TEMPERATURE
                    && tempering.ladder().start().get(0) == 0
                    && (hasTail(visible) || hasTail(hidden))) {
                return "the ladder begins at 0, expected a number above 0";
            }
            if (phase instanceof FastPersistentContrastiveDivergence && hasTail(visible) && hasTail(hidden)) {
                return "expected a bounded layer";
            }
            if (phase instanceof TrajectoryTempering && countsWords) {
                return "expected units other than word counts";
            }
            boolean exchanges = phase instanceof ParallelTempering || phase instanceof TrajectoryTempering;
            if (dropout != null && exchanges) {
                return "hidden-unit dropout with " + phase;
            }
            if (sparsity != null && !binaryHidden) {
                return "sparsity target with " + hidden;
            }
            return dropout != null && !binaryHidden ? "hidden-unit dropout with " + hidden : null;
        }

        private static boolean hasTail(Unit unit) {
            return unit instanceof Gaussian
                    || unit instanceof LearnedGaussian
                    || unit instanceof NoisyRelu
                    || (unit instanceof Mixed mixed && mixed.parts().stream().anyMatch(part -> hasTail(part.units())));
        }

        private static boolean hasPoisson(Unit unit) {
            return unit instanceof Poisson
                    || (unit instanceof Mixed mixed
                            && mixed.parts().stream().anyMatch(part -> hasPoisson(part.units())));
        }
    }

    @Provide
    Arbitrary<Drawn> drawn() {
        return Combinators.combine(
                        visibles(),
                        hiddens(),
                        phases(),
                        Arbitraries.of(GreyValues.class),
                        Combinators.combine(Arbitraries.of(true, false), numbers(0, 1))
                                .as(Centering::new),
                        Arbitraries.of(true, false),
                        Combinators.combine(
                                        numbers(0.01, 0.99),
                                        numbers(0, 2),
                                        numbers(0, 0.99),
                                        Arbitraries.of(true, false))
                                .as(SparsityTarget::new)
                                .injectNull(0.8),
                        numbers(0.1, 1).map(HiddenUnitDropout::retaining).injectNull(0.8))
                .as(Drawn::new);
    }

    private static Arbitrary<Double> numbers(double from, double to) {
        return Arbitraries.doubles().between(from, to).ofScale(4);
    }

    private static Arbitrary<Integer> counts(int to) {
        return Arbitraries.integers().between(1, to);
    }

    private static Arbitrary<Unit> visibles() {
        return Arbitraries.oneOf(
                both(VISIBLE, 2, 3, 6),
                Arbitraries.just(new ReplicatedSoftmax()),
                Combinators.combine(numbers(0.5, 1), numbers(0.05, 0.5), numbers(1, 9))
                        .as(LearnedGaussian::new),
                Arbitraries.of(
                        Mixed.of(Mixed.Part.of(new Bernoulli(), 2), Mixed.Part.of(Gaussian.of(0.7), 4)),
                        Mixed.of(Mixed.Part.of(Softmax.of(3), 3), Mixed.Part.of(new Bernoulli(), 3)),
                        Mixed.of(Mixed.Part.of(Poisson.of(50), 2), Mixed.Part.of(Binomial.of(3), 4))));
    }

    private static Arbitrary<Unit> hiddens() {
        return both(HIDDEN, 2, 4);
    }

    private static Arbitrary<Unit> both(int width, Integer... groups) {
        return Arbitraries.oneOf(
                Arbitraries.just(new Bernoulli()),
                counts(5).map(Binomial::of),
                Arbitraries.oneOf(
                        numbers(0.2, 3).map(Gaussian::of),
                        numbers(0.2, 3).list().ofSize(width).map(Gaussian::new)),
                Arbitraries.of(groups).map(Softmax::of),
                numbers(20, 200).map(Poisson::of),
                Arbitraries.of(NoisyRelu.rectified(), NoisyRelu.exact()));
    }

    private static Arbitrary<NegativePhase> phases() {
        Arbitrary<Ladder> ladders = Arbitraries.oneOf(
                Combinators.combine(counts(5), numbers(0, 0.9)).as(Ladder::linear),
                numbers(0.1, 0.9).map(AdaptiveLadder::of));
        return Arbitraries.oneOf(
                counts(3).map(ContrastiveDivergence::of),
                Combinators.combine(counts(3), counts(20)).as(PersistentContrastiveDivergence::of),
                Combinators.combine(counts(3), counts(20), numbers(0.001, 0.1))
                        .as(FastPersistentContrastiveDivergence::of),
                Combinators.combine(counts(2), counts(5), ladders, Arbitraries.of(TemperingPath.class))
                        .as(ParallelTempering::new),
                Combinators.combine(counts(2), counts(5)).as(TrajectoryTempering::of));
    }

    private static MultiLayerNetwork network(Drawn drawn) {
        // Small weights: two unbounded layers are no model with large ones.
        return Networks.single(
                DataType.DOUBLE, VISIBLE, HIDDEN, base -> base.weightInit(new NormalDistribution(0, 0.01)), drawn::on);
    }

    @Property(tries = 150, seed = "42", edgeCases = EdgeCasesMode.NONE)
    void whatFitsBuildsComesBackFromJsonAndTrainsAndWhatDoesNotIsRefusedByItsReason(@ForAll("drawn") Drawn drawn)
            throws IOException {
        String reason = drawn.reasonAgainst();
        if (reason != null) {
            assertThatThrownBy(() -> drawn.on(Networks.rbm(VISIBLE, HIDDEN)).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(reason);
            return;
        }
        MultiLayerNetwork network = network(drawn);
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations();
        assertThat(ModelReader.standard().networkConfiguration(conf.toJson())).isEqualTo(conf);

        INDArray before = network.params().dup();
        Networks.pretrainer(1).build().pretrain(network, Minibatches.of(rows(drawn.visible()), ROWS));
        assertThat(network.params().isNaN().any()
                        || network.params().isInfinite().any())
                .isFalse();
        assertThat(network.params()).isNotEqualTo(before);
    }

    /** One minibatch of what the units take. */
    private static INDArray rows(Unit visible) {
        Random random = new Random(5);
        INDArray rows = Nd4j.create(DataType.DOUBLE, ROWS, VISIBLE);
        for (int row = 0; row < ROWS; row++) {
            double[] values = values(visible, VISIBLE, random);
            for (int i = 0; i < VISIBLE; i++) {
                rows.putScalar(row, i, values[i]);
            }
        }
        return rows;
    }

    private static double[] values(Unit visible, int width, Random random) {
        double[] values = new double[width];
        if (visible instanceof Mixed mixed) {
            int from = 0;
            for (Mixed.Part part : mixed.parts()) {
                System.arraycopy(values(part.units(), part.width(), random), 0, values, from, part.width());
                from += part.width();
            }
        } else if (visible instanceof Softmax softmax) {
            for (int from = 0; from < width; from += softmax.groupSize()) {
                values[from + random.nextInt(softmax.groupSize())] = 1;
            }
        } else {
            for (int i = 0; i < width; i++) {
                values[i] = value(visible, random);
            }
        }
        return values;
    }

    private static double value(Unit visible, Random random) {
        if (visible instanceof Gaussian || visible instanceof LearnedGaussian) {
            return random.nextGaussian();
        }
        if (visible instanceof Binomial binomial) {
            return random.nextInt(binomial.copies() + 1);
        }
        if (visible instanceof ReplicatedSoftmax) {
            return 1 + random.nextInt(3);
        }
        return visible instanceof Poisson || visible instanceof NoisyRelu ? random.nextInt(4) : random.nextInt(2);
    }

    /** A value somewhere in the JSON of a layer's specifications. */
    private record Place(JsonNode parent, String field, int index) {

        JsonNode value() {
            return parent instanceof ObjectNode object ? object.get(field) : parent.get(index);
        }

        void set(JsonNode value) {
            if (parent instanceof ObjectNode object) {
                object.set(field, value);
            } else {
                ((ArrayNode) parent).set(index, value);
            }
        }
    }

    private static final List<String> SPECIFICATIONS = List.of(
            "visible",
            "hidden",
            "negativePhase",
            "greyValues",
            "centering",
            "visibleBiasFromData",
            "sparsity",
            "hiddenUnitDropout");

    @Property(tries = 250, seed = "42", edgeCases = EdgeCasesMode.NONE)
    void aFieldThatIsMissingOrWrongIsNamed(
            @ForAll("drawn") Drawn drawn,
            @ForAll @IntRange(max = 1_000_000) int where,
            @ForAll @IntRange(max = 2) int how)
            throws IOException {
        if (drawn.reasonAgainst() != null) {
            return; // about three in ten
        }
        JsonNode root = JsonMappers.getMapper()
                .readTree(network(drawn).getLayerWiseConfigurations().toJson());
        JsonNode layer = root.get("confs").get(0).get("layer");
        List<Place> places = new ArrayList<>();
        for (String field : SPECIFICATIONS) {
            collect(layer, field, places);
        }
        Place place = places.get(where % places.size());
        if (how == 0 && place.parent() instanceof ObjectNode object) {
            object.remove(place.field());
        } else if (how == 1 && place.value().isNumber()) {
            place.set(JsonMappers.getMapper().getNodeFactory().numberNode(-1));
        } else {
            place.set(JsonMappers.getMapper().getNodeFactory().textNode("x"));
        }
        Throwable refusal = catchThrowable(() -> ModelReader.standard().networkConfiguration(root.toString()));
        assertThat(refusal).as(root.toString()).isInstanceOf(ModelFormatException.class);
        // A text where a type may stand, also as the first of an array, is refused as such before it reaches its field.
        assertThat(Networks.causes(refusal))
                .as("%s %d", place.field(), how)
                .containsPattern("names the class \"x\"|" + Pattern.quote(place.field()));
    }

    private static void collect(JsonNode parent, String field, List<Place> places) {
        JsonNode value = parent.get(field);
        if (value == null || value.isNull()) {
            return; // sparsity and dropout may be missing
        }
        if (value.isObject()) {
            value.fieldNames().forEachRemaining(name -> collect(value, name, places));
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                if (value.get(i).isObject()) {
                    JsonNode element = value.get(i);
                    element.fieldNames().forEachRemaining(name -> collect(element, name, places));
                } else {
                    places.add(new Place(value, field, i));
                }
            }
        } else {
            places.add(new Place(parent, field, 0));
        }
    }
}
