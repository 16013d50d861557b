package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.ImproperWeights;
import org.boltzmann4j.dl4j.JointTraining;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whoever adds a setting hears here that it has no space yet. */
final class CoverageOfSettingsTest {

    /** Own fields of the layer, each with a value that is not its default. */
    private static final Map<String, Object> OTHERS = Map.of(
            "visible",
            Gaussian.of(2),
            "hidden",
            new Binomial(3),
            "negativePhase",
            ContrastiveDivergence.of(7),
            "greyValues",
            GreyValues.MEANS,
            "centering",
            Centering.NONE,
            "visibleBiasFromData",
            false,
            "improperWeights",
            ImproperWeights.PROJECTED,
            "sparsity",
            new SparsityTarget(0.1, 0.2, 0.3, true),
            "hiddenUnitDropout",
            HiddenUnitDropout.retaining(0.5));

    private static Set<String> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Names of the methods that take spaces. */
    private static Set<String> searched(Class<?> builder) {
        return Arrays.stream(builder.getMethods())
                .filter(method -> Arrays.stream(method.getParameterTypes())
                        .anyMatch(type -> type == ParameterSpace.class || type == ParameterSpace[].class))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> all(Set<String> names, String... more) {
        Set<String> all = new TreeSet<>(names);
        all.addAll(List.of(more));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> everyFieldOfAnRbmLayerIsSearched() {
        assertThat(OTHERS.keySet()).isEqualTo(fields(RbmLayer.class));
        RbmLayer usual = new RbmLayer.Builder().nOut(3).build();
        return OTHERS.entrySet().stream()
                .map(other -> DynamicTest.dynamicTest(other.getKey(), () -> {
                    RbmLayerSpace.Builder builder = new RbmLayerSpace.Builder().nOut(3);
                    Method setter = RbmLayerSpace.Builder.class.getMethod(other.getKey(), ParameterSpace.class);
                    setter.invoke(builder, OneOf.of(other.getValue()));
                    RbmLayer layer = builder.build().getValue(new double[0]);
                    assertThat(valueOf(layer, other.getKey()))
                            .isEqualTo(other.getValue())
                            .isNotEqualTo(valueOf(usual, other.getKey()));
                }));
    }

    private static Object valueOf(RbmLayer layer, String field) throws ReflectiveOperationException {
        Field read = RbmLayer.class.getDeclaredField(field);
        read.setAccessible(true);
        return read.get(layer);
    }

    @Test
    void everyFieldThatTheHostGivesALayerIsSearched() {
        Map<String, List<String>> methods = Map.ofEntries(
                Map.entry("iDropout", List.of("dropOut", "iDropOut")),
                Map.entry("constraints", List.of("constrainWeights", "constrainBias", "constrainAllParams")),
                Map.entry("weightInitFn", List.of("weightInit", "dist")),
                Map.entry("biasInit", List.of("biasInit")),
                Map.entry("regularization", List.of("l1", "l2", "weightDecay")),
                Map.entry("regularizationBias", List.of("l1Bias", "l2Bias", "weightDecayBias")),
                Map.entry("iUpdater", List.of("updater")),
                Map.entry("biasUpdater", List.of("biasUpdater")),
                Map.entry("weightNoise", List.of("weightNoise")),
                Map.entry("gradientNormalization", List.of("gradientNormalization")),
                Map.entry("gradientNormalizationThreshold", List.of("gradientNormalizationThreshold")),
                Map.entry("nIn", List.of("nIn")),
                Map.entry("nOut", List.of("nOut")));
        Set<String> given = all(fields(Layer.class));
        given.addAll(fields(BaseLayer.class));
        given.addAll(fields(FeedForwardLayer.class));
        // A name; what follows from the hidden units; gains, which an RBM has none of; sequences, which it refuses.
        assertThat(all(methods.keySet(), "layerName", "activationFn", "gainInit", "timeDistributedFormat"))
                .isEqualTo(given);
        assertThat(searched(RbmLayerSpace.Builder.class))
                .containsAll(methods.values().stream().flatMap(List::stream).toList());
    }

    @Test
    void weightDecayAndNoiseReachTheLayer() {
        RbmLayer layer = new RbmLayerSpace.Builder()
                .nOut(3)
                .weightDecay(OneOf.of(0.25))
                .weightDecayBias(OneOf.of(0.5))
                .weightNoise(OneOf.<IWeightNoise>of(new DropConnect(0.9)))
                .build()
                .getValue(new double[0]);
        RbmLayer wanted =
                new RbmLayer.Builder().weightDecay(0.25).weightDecayBias(0.5).build();
        assertThat(layer.getRegularization()).isEqualTo(wanted.getRegularization());
        assertThat(layer.getRegularizationBias()).isEqualTo(wanted.getRegularizationBias());
        assertThat(layer.getWeightNoise()).isEqualTo(new DropConnect(0.9));
    }

    @Test
    void everySettingOfANegativePhaseIsSearched() {
        Set<String> settings = new TreeSet<>();
        for (Class<?> phase : NegativePhase.class.getPermittedSubclasses()) {
            settings.addAll(components(phase));
        }
        // Ladders of evenly spaced rungs are searched by their two numbers too.
        assertThat(fields(NegativePhaseSpace.class)).isEqualTo(all(settings, "kind", "rungs", "lowest"));
        assertThat(NegativePhaseSpace.Kind.values()).hasSameSizeAs(NegativePhase.class.getPermittedSubclasses());
    }

    @Test
    void everySettingOfThePartsOfALayerIsSearched() {
        assertThat(fields(SparsitySpace.class)).isEqualTo(components(SparsityTarget.class));
        assertThat(fields(CenteringSpace.class)).isEqualTo(components(Centering.class));
        assertThat(fields(HiddenUnitDropoutSpace.class)).isEqualTo(components(HiddenUnitDropout.class));
    }

    @Test
    void everySettingOfALangevinSamplerIsSearched() {
        // The mode follows from the noise; the box is that of the features.
        assertThat(all(fields(LangevinSpace.class), "mode", "box")).isEqualTo(components(Langevin.class));
    }

    @Test
    void everySettingOfJointTrainingIsSearched() {
        Set<String> wanted = fields(JointTraining.Builder.class);
        assertThat(wanted).contains("objective", "starts");
        wanted.remove("objective");
        wanted.addAll(components(JointObjective.class));
        wanted.remove("starts"); // code; of those that this library has
        wanted.add("uniformStarts");
        wanted.remove("seed"); // the candidate's
        wanted.remove("box"); // that of the data
        wanted.remove("threads"); // means, not ends
        assertThat(searched(JemSpace.Builder.class)).isEqualTo(wanted);
        assertThat(all(searched(JemSpace.Builder.class), "box", "minibatch")).isEqualTo(fields(JemSpace.class));
    }

    @Test
    void everySettingOfPretrainingIsSearchedOrNoneOfASpace() {
        Set<String> searched = Set.of("epochs", "layerEpochs", "updater", "layerUpdater", "propagation", "averaging");
        Set<String> none = Set.of(
                "layerNegativePhase", // the layer's own
                "seed", // the candidate's
                "threads",
                "cacheBytes", // means, not ends
                "validation",
                "stopEarly",
                "exampleWeights", // need data of their own
                "checkpoints",
                "allowDifferences", // a search has its journal
                "backOff", // a mend of what went wrong
                "monitorRows",
                "monitors",
                "listeners",
                "reportProgress"); // look on
        Set<String> settings = Arrays.stream(GreedyPretrainer.Builder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        settings.remove("build");
        Set<String> known = new TreeSet<>(searched);
        known.addAll(none);
        assertThat(settings).isEqualTo(known);
        assertThat(searched(PretrainingSpace.class))
                .containsExactlyInAnyOrder("ofEpochs", "withUpdaters", "withPropagation", "withAveraging");
    }
}
