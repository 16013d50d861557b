package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Langevin;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Joint training of specifications drawn at random, valid and invalid. */
class DrawnJointTrainingsTest {

    private static final ObjectMapper JSON = JsonMappers.getMapper();

    /** Fields that may be missing, beside the noise of the proper setting, which is null. */
    private static final Set<String> OPTIONAL = Set.of("clip", "box");

    record Drawn(
            JointObjective objective, Langevin langevin, Box box, int bufferSize, double restarts, double dataNoise) {}

    @Provide
    Arbitrary<Drawn> drawn() {
        Arbitrary<JointObjective> objectives = Combinators.combine(
                        Arbitraries.of(GenerativeTerm.class), numbers(0, 1), numbers(0, 1), numbers(0, 0.1))
                .as(JointObjective::new);
        Arbitrary<Integer> steps = Arbitraries.integers().between(1, 5);
        Arbitrary<Langevin> practical = Combinators.combine(
                        steps,
                        numbers(0.01, 1),
                        numbers(0, 0.1),
                        numbers(0.01, 1).injectNull(0.5),
                        numbers(0.1, 9),
                        numbers(0, 1))
                .as((n, step, noise, clip, offset, exponent) ->
                        new Langevin(Langevin.Mode.PRACTICAL, n, step, noise, clip, offset, exponent, null));
        Arbitrary<Langevin> proper =
                Combinators.combine(steps, numbers(0.001, 0.1)).as(Langevin::proper);
        Arbitrary<Box> boxes =
                Combinators.combine(numbers(-2, 0), numbers(1, 3)).as(Box::of);
        return Combinators.combine(
                        objectives,
                        Arbitraries.oneOf(practical, proper),
                        boxes,
                        Arbitraries.integers().between(20, 60),
                        numbers(0, 1),
                        numbers(0, 0.2))
                .as(Drawn::new);
    }

    private static Arbitrary<Double> numbers(double from, double to) {
        return Arbitraries.doubles().between(from, to).ofScale(4);
    }

    @Property(tries = 25, seed = "42", edgeCases = EdgeCasesMode.NONE)
    void whatIsValidComesBackFromJsonAndTrainsOneMinibatch(@ForAll("drawn") Drawn drawn) throws IOException {
        for (Object specification : List.of(drawn.objective(), drawn.langevin(), drawn.box())) {
            assertThat(JSON.readValue(JSON.writeValueAsString(specification), specification.getClass()))
                    .isEqualTo(specification);
        }
        JointTraining training = JointTraining.builder()
                .objective(drawn.objective())
                .langevin(drawn.langevin())
                .box(drawn.box())
                .bufferSize(drawn.bufferSize())
                .restarts(drawn.restarts(), true)
                .dataNoise(drawn.dataNoise())
                .examplesPerClass(3)
                .build();
        MultiLayerNetwork network = Networks.initialised(
                Networks.base(DataType.DOUBLE).list().layer(Networks.output(4)).build());
        INDArray before = network.params().dup();
        DataSet minibatch = new DataSet(Nd4j.rand(DataType.DOUBLE, 9, 4), Networks.labels(DataType.DOUBLE, 9));
        network.fit(training.batches(network, new ListDataSetIterator<>(List.of(minibatch), 9)));
        assertThat(network.params().isNaN().any()
                        || network.params().isInfinite().any())
                .isFalse();
        assertThat(network.params()).isNotEqualTo(before);
    }

    @Property(tries = 80, seed = "42", edgeCases = EdgeCasesMode.NONE)
    void aFieldThatIsMissingOrWrongIsNamed(
            @ForAll("drawn") Drawn drawn,
            @ForAll @IntRange(max = 2) int which,
            @ForAll @IntRange(max = 1000) int where,
            @ForAll @IntRange(max = 2) int how)
            throws IOException {
        Object specification =
                List.of(drawn.objective(), drawn.langevin(), drawn.box()).get(which);
        ObjectNode json = (ObjectNode) JSON.readTree(JSON.writeValueAsString(specification));
        List<String> fields = new ArrayList<>();
        json.fieldNames().forEachRemaining(fields::add);
        String field = fields.get(where % fields.size());
        if (how == 0 && !OPTIONAL.contains(field) && !json.get(field).isNull()) {
            json.remove(field);
        } else if (how == 1 && json.get(field).isNumber() && !(specification instanceof Box)) {
            json.put(field, -1);
        } else {
            json.put(field, "x");
        }
        @Nullable Throwable refusal = catchThrowable(() -> JSON.readValue(json.toString(), specification.getClass()));
        assertThat(refusal).as(json.toString()).isNotNull();
        assertThat(Networks.causes(refusal)).as(json.toString()).contains(field);
    }
}
