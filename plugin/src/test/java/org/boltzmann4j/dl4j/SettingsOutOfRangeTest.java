package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.boltzmann4j.estimate.AnnealedImportanceSampling;
import org.boltzmann4j.estimate.BetaSchedule;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.AdaptiveLadder;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.boltzmann4j.sampler.Completion;
import org.boltzmann4j.sampler.Generation;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.ReplayBuffer;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Poisson;
import org.boltzmann4j.units.Softmax;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Every number among the settings, drawn in its range and out of it. The settings are found by reflection: one that has no range here fails
 * the test.
 */
class SettingsOutOfRangeTest {

    /** Specifications with values in their ranges; of each the test changes one number at a time. */
    private static final List<Record> SPECIFICATIONS = List.of(
            ContrastiveDivergence.of(1),
            PersistentContrastiveDivergence.of(1, 5),
            FastPersistentContrastiveDivergence.of(1, 5, 0.1),
            ParallelTempering.of(1, 5, Ladder.linear(3)).withPath(TemperingPath.BASE_RATES),
            TrajectoryTempering.of(1, 5),
            TrajectoryRules.STANDARD,
            Ladder.of(0.5, 1),
            new AdaptiveLadder(0.3, 5, 10, 0.0, 20),
            Centering.of(0.1),
            SparsityTarget.of(0.1, 1),
            HiddenUnitDropout.retaining(0.5),
            Binomial.of(3),
            Gaussian.of(1),
            LearnedGaussian.standard(),
            Poisson.of(50),
            Softmax.of(3),
            Mixed.Part.of(new Bernoulli(), 2),
            JointObjective.of(GenerativeTerm.SOFTPLUS, 0.2),
            JointGuard.defaults(),
            Langevin.practical(10, 0.1, 0.01).withClip(0.5).withBox(Box.of(0, 1)),
            Box.of(0, 1),
            new ReplayBuffer.Restarts(0.05, true),
            StoppingRule.onReconstructionError(0.001, 2),
            ParameterAverage.ofDecay(0.9),
            new Checkpoints(Path.of("run"), 5, Duration.ofMinutes(1), 3),
            new ProjectedGradient(ProjectedGradient.Norm.L2, 0.5, 0.1, 10, Box.of(0, 1)),
            AnnealedImportanceSampling.of(BetaSchedule.linear(10), 5));

    /** Of each number its range; {@code ?} where it may be missing; behind it the word of the message, if that is not the setting's name. */
    private static final Map<String, String> RANGES = new TreeMap<>(Map.ofEntries(
            Map.entry("ContrastiveDivergence.k", "[1, inf)"),
            Map.entry("PersistentContrastiveDivergence.k", "[1, inf)"),
            Map.entry("PersistentContrastiveDivergence.chains", "[1, inf)"),
            Map.entry("FastPersistentContrastiveDivergence.k", "[1, inf)"),
            Map.entry("FastPersistentContrastiveDivergence.chains", "[1, inf)"),
            Map.entry("FastPersistentContrastiveDivergence.fastRate", "[0, inf)"),
            Map.entry("ParallelTempering.k", "[1, inf)"),
            Map.entry("ParallelTempering.chains", "[1, inf)"),
            Map.entry("TrajectoryTempering.k", "[1, inf)"),
            Map.entry("TrajectoryTempering.chains", "[1, inf)"),
            Map.entry("TrajectoryRules.freezeBelow", "(0.1, 1)"),
            Map.entry("TrajectoryRules.reverseBelow", "[0, 0.3)"),
            Map.entry("TrajectoryRules.thermalisation", "[1, inf)"),
            Map.entry("TrajectoryRules.thinning", "(0, inf)"),
            Map.entry("TrajectoryRules.reservoirFactor", "[1, inf)"),
            Map.entry("TrajectoryRules.ladderInterval", "[1, inf)"),
            Map.entry("TrajectoryRules.longest", "[32, inf)"),
            Map.entry("FixedLadder.inverseTemperatures", "[0, 1)"),
            Map.entry("AdaptiveLadder.aim", "(0, 1)"),
            Map.entry("AdaptiveLadder.rungs", "[2, 10]"),
            Map.entry("AdaptiveLadder.largest", "[5, inf)"),
            Map.entry("AdaptiveLadder.lowest", "[0, 1)"),
            Map.entry("AdaptiveLadder.interval", "[1, inf)"),
            Map.entry("Centering.offsetStep", "[0, 1]"),
            Map.entry("SparsityTarget.target", "(0, 1)"),
            Map.entry("SparsityTarget.strength", "[0, inf)"),
            Map.entry("SparsityTarget.decay", "[0, 1)"),
            Map.entry("HiddenUnitDropout.retainProbability", "(0, 1]"),
            Map.entry("Binomial.copies", "[1, inf)"),
            Map.entry("Gaussian.sigma", "(0, inf)"),
            Map.entry("LearnedGaussian.initialSigma", "[LEAST, GREATEST]"),
            Map.entry("LearnedGaussian.leastSigma", "(0, INITIAL]"),
            Map.entry("LearnedGaussian.greatestSigma", "[INITIAL, inf)"),
            Map.entry("Poisson.bound", "(0, inf)"),
            Map.entry("Softmax.groupSize", "[1, inf)"),
            Map.entry("Mixed.Part.width", "[1, inf)"),
            Map.entry("JointObjective.weight", "[0, inf)"),
            Map.entry("JointObjective.conditionalWeight", "[0, inf)"),
            Map.entry("JointObjective.energyPenalty", "[0, inf)"),
            Map.entry("JointGuard.window", "[1, inf)"),
            Map.entry("JointGuard.settledGap", "(0, inf]"),
            Map.entry("JointGuard.largestGap", "(0, inf]"),
            Map.entry("JointGuard.largestEnergy", "(0, inf]"),
            Map.entry("JointGuard.largestLoss", "(0, inf]"),
            Map.entry("JointGuard.gradientFactor", "(1, inf]"),
            Map.entry("JointGuard.updateFactor", "(1, inf]"),
            Map.entry("JointGuard.smallestClassShare", "[0, 1]"),
            Map.entry("Langevin.steps", "[1, inf)"),
            Map.entry("Langevin.step", "(0, inf)"),
            Map.entry("Langevin.noise", "[0, inf)"),
            Map.entry("Langevin.clip", "(0, inf)?"),
            Map.entry("Langevin.decayOffset", "(0, inf)"),
            Map.entry("Langevin.decayExponent", "[0, 1]"),
            Map.entry("Box.lower", "(-inf, 1)"),
            Map.entry("Box.upper", "(0, inf)"),
            Map.entry("ReplayBuffer.Restarts.rate", "[0, 1]"),
            Map.entry("ReplayBuffer.capacity", "[3, inf)"),
            Map.entry("ReplayBuffer.features", "[1, inf)"),
            Map.entry("ReplayBuffer.classes", "[1, 9]"),
            Map.entry("StoppingRule.tolerance", "[0, inf)"),
            Map.entry("StoppingRule.patience", "[1, inf)"),
            Map.entry("ParameterAverage.decay", "[0, 1)"),
            Map.entry("Checkpoints.minibatches", "[0, inf)"),
            Map.entry("Checkpoints.kept", "[1, inf)"),
            Map.entry("Checkpoints.everyMinibatches", "[1, inf) minibatches"),
            Map.entry("Checkpoints.keepLast", "[1, inf) kept"),
            Map.entry("ProjectedGradient.radius", "(0, inf)"),
            Map.entry("ProjectedGradient.step", "(0, inf)"),
            Map.entry("ProjectedGradient.steps", "[1, inf)"),
            Map.entry("AnnealedImportanceSampling.chains", "[1, inf)"),
            Map.entry("GreedyPretrainer.Builder.epochs", "[1, inf)"),
            Map.entry("GreedyPretrainer.Builder.layerEpochs", "[1, inf) epochs of layer 0"),
            Map.entry("GreedyPretrainer.Builder.seed", "any"),
            Map.entry("GreedyPretrainer.Builder.threads", "[1, inf)"),
            Map.entry("GreedyPretrainer.Builder.cacheBytes", "[0, inf)"),
            Map.entry("GreedyPretrainer.Builder.monitorRows", "[1, inf)"),
            Map.entry("GreedyPretrainer.Builder.backOff", "[0, inf)"),
            Map.entry("JointTraining.Builder.dataNoise", "[0, inf)"),
            Map.entry("JointTraining.Builder.bufferSize", "[0, inf)"),
            Map.entry("JointTraining.Builder.restarts", "[0, 1] rate"),
            Map.entry("JointTraining.Builder.examplesPerClass", "[2, inf)"),
            Map.entry("JointTraining.Builder.seed", "any"),
            Map.entry("JointTraining.Builder.threads", "[1, inf)"),
            Map.entry("JemTrainer.Builder.epochs", "[1, inf)"),
            Map.entry("JemTrainer.Builder.snapshotEvery", "[1, inf)"),
            Map.entry("Generation.withChains", "[1, inf)"),
            Map.entry("Generation.withBurnIn", "[0, inf)"),
            Map.entry("Generation.withThinning", "[1, inf)"),
            Map.entry("Generation.withSeed", "any"),
            Map.entry("Generation.withThreads", "[1, inf)"),
            Map.entry("Generation.withDocumentLength", "[1, inf)"),
            Map.entry("Completion.withChains", "[1, inf)"),
            Map.entry("Completion.withBurnIn", "[0, inf)"),
            Map.entry("Completion.withSweeps", "[1, inf)"),
            Map.entry("Completion.withSeed", "any"),
            Map.entry("Completion.withThreads", "[1, inf)")));

    /** Makes settings with one number, or none if it is missing. */
    @FunctionalInterface
    private interface Setter {
        Object with(@Nullable Number value) throws Exception;
    }

    /** A number among the settings; {@code type} is that of its argument. */
    private record Setting(String name, Class<?> type, Setter setter) {

        boolean isWhole() {
            return List.of(int.class, long.class, Integer.class, Long.class).contains(type);
        }

        private Number number(double value) {
            if (!isWhole()) {
                return value;
            }
            return type == long.class || type == Long.class ? (Number) (long) value : (Number) (int) value;
        }

        @Nullable Throwable failure(@Nullable Double value) {
            Throwable failure = catchThrowable(() -> setter.with(value == null ? null : number(value)));
            return failure instanceof InvocationTargetException ? failure.getCause() : failure;
        }

        /** What a message calls it. */
        String word() {
            String range = RANGES.get(name);
            int word = range.indexOf(' ', range.indexOf(',') + 2);
            if (word > 0) {
                return range.substring(word + 1);
            }
            String last = name.substring(name.lastIndexOf('.') + 1);
            return last.startsWith("with") ? last.substring(4, 5).toLowerCase(Locale.ROOT) + last.substring(5) : last;
        }
    }

    /** Which values are good. */
    private record Range(double least, boolean leastIn, double greatest, boolean greatestIn, boolean mayBeMissing) {

        static Range of(String text) {
            LearnedGaussian learned = LearnedGaussian.standard();
            String range = text.replace("LEAST", String.valueOf(learned.leastSigma()))
                    .replace("GREATEST", String.valueOf(learned.greatestSigma()))
                    .replace("INITIAL", String.valueOf(learned.initialSigma()))
                    .replace("inf", "Infinity");
            int comma = range.indexOf(',');
            int end = Math.max(range.indexOf(')'), range.indexOf(']'));
            return new Range(
                    Double.parseDouble(range.substring(1, comma)),
                    range.charAt(0) == '[',
                    Double.parseDouble(range.substring(comma + 1, end)),
                    range.charAt(end) == ']',
                    range.endsWith("?"));
        }

        double inside(double share, boolean whole) {
            double from = Math.max(least, Math.min(0, greatest) - 100);
            double to = Math.min(greatest, Math.max(0, least) + 100);
            double value = from + (0.01 + 0.98 * share) * (to - from);
            return whole ? Math.floor(Math.min(Math.max(Math.ceil(from), value), to)) : value;
        }

        /** Just beside a bound, far beyond one, or none; null for missing, and nothing where there is no such value. */
        List<@Nullable Double> outside(double far, Setting setting) {
            List<@Nullable Double> values = new ArrayList<>();
            if (!Double.isInfinite(least)) {
                values.add(leastIn ? beside(least, -1, setting) : least);
                values.add(Math.floor(least - far));
            }
            if (!Double.isInfinite(greatest)) {
                values.add(greatestIn ? beside(greatest, 1, setting) : greatest);
                values.add(Math.ceil(greatest + far));
            }
            if (!setting.isWhole()) {
                values.add(Double.NaN);
                values.add(Double.NEGATIVE_INFINITY);
                if (!Double.isInfinite(greatest) || !greatestIn) {
                    values.add(Double.POSITIVE_INFINITY);
                }
            }
            if (!setting.type().isPrimitive() && !mayBeMissing) {
                values.add(null);
            }
            return values;
        }

        private static double beside(double bound, int direction, Setting setting) {
            return setting.isWhole() ? bound + direction : direction < 0 ? Math.nextDown(bound) : Math.nextUp(bound);
        }
    }

    private static String name(Class<?> type) {
        return type.getName().replaceFirst(".*\\.", "").replace('$', '.');
    }

    private static boolean isNumber(Class<?> type) {
        return List.of(int.class, long.class, double.class).contains(type) || Number.class.isAssignableFrom(type);
    }

    /** The numbers of a record, by its canonical constructor; of lists of numbers the first. */
    private static List<Setting> settings(Record example) {
        List<Setting> settings = new ArrayList<>();
        RecordComponent[] components = example.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            int at = i;
            String name = name(example.getClass()) + "." + components[i].getName();
            Class<?> type = components[i].getType();
            if (isNumber(type)) {
                settings.add(new Setting(name, type, value -> rebuilt(example, at, value)));
            } else if (components[i].getGenericType().getTypeName().contains("List<java.lang.Double>")) {
                settings.add(new Setting(name, Double.class, value -> rebuilt(example, at, list(example, at, value))));
            }
        }
        return settings;
    }

    private static @Nullable Object list(Record example, int at, @Nullable Number first) throws Exception {
        if (first == null) {
            return null;
        }
        List<Object> list = new ArrayList<>((List<?>) value(example, at));
        list.set(0, first);
        return list;
    }

    private static Object rebuilt(Record example, int at, @Nullable Object value) throws Exception {
        RecordComponent[] components = example.getClass().getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == at ? value : value(example, i);
        }
        Constructor<?> constructor = example.getClass()
                .getDeclaredConstructor(
                        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true); // some specifications are made by functions of their interface
        return constructor.newInstance(arguments);
    }

    private static Object value(Record example, int at) throws Exception {
        Method accessor = example.getClass().getRecordComponents()[at].getAccessor();
        accessor.setAccessible(true);
        return accessor.invoke(example);
    }

    /** The methods of settings that take a number and return settings of the same kind; other arguments are these. */
    private static List<Setting> settings(Class<?> type, Supplier<?> fresh) {
        List<Setting> settings = new ArrayList<>();
        for (Method method : type.getMethods()) { // those that the settings share with others included
            List<Class<?>> parameters = List.of(method.getParameterTypes());
            long numbers =
                    parameters.stream().filter(SettingsOutOfRangeTest::isNumber).count();
            if (Modifier.isStatic(method.getModifiers())
                    || method.getReturnType() == Object.class
                    || !method.getReturnType().isAssignableFrom(type)
                    || numbers == 0) {
                continue;
            }
            assertThat(numbers).as(method.toString()).isEqualTo(1);
            Class<?> parameter = parameters.stream()
                    .filter(SettingsOutOfRangeTest::isNumber)
                    .findFirst()
                    .orElseThrow();
            settings.add(new Setting(
                    name(type) + "." + method.getName(),
                    parameter,
                    value -> method.invoke(
                            fresh.get(),
                            parameters.stream()
                                    .map(p -> isNumber(p) ? value : p == boolean.class ? (Object) true : "0")
                                    .toArray())));
        }
        return settings;
    }

    private static ReplayBuffer buffer(int capacity, int features, int classes) {
        return ReplayBuffer.filled(
                capacity,
                features,
                classes,
                true,
                DataType.FLOAT,
                ChainStarts.uniform(Box.of(0, 1)),
                RandomStreams.of(1));
    }

    private static List<Setting> all() {
        List<Setting> settings = new ArrayList<>();
        SPECIFICATIONS.forEach(example -> settings.addAll(settings(example)));
        settings.addAll(settings(GreedyPretrainer.Builder.class, GreedyPretrainer::builder));
        settings.addAll(settings(JointTraining.Builder.class, JointTraining::builder));
        settings.addAll(settings(
                JemTrainer.Builder.class,
                () -> JemTrainer.of(JointTraining.builder().build())));
        settings.addAll(settings(Checkpoints.class, () -> Checkpoints.in(Path.of("run"))));
        settings.addAll(settings(
                Generation.class, () -> Generation.of(RbmLayer.modelOf(Networks.stack(DataType.FLOAT, 4, 3), 0))));
        settings.addAll(settings(
                Completion.class, () -> Completion.of(RbmLayer.modelOf(Networks.stack(DataType.FLOAT, 4, 3), 0))));
        settings.add(new Setting("ReplayBuffer.capacity", int.class, value -> buffer((Integer) value, 2, 3)));
        settings.add(new Setting("ReplayBuffer.features", int.class, value -> buffer(9, (Integer) value, 3)));
        settings.add(new Setting("ReplayBuffer.classes", int.class, value -> buffer(9, 2, (Integer) value)));
        settings.sort(Comparator.comparing(Setting::name));
        return settings;
    }

    private static final List<Setting> SETTINGS = all();

    @Example
    void everyNumberHasItsRange() {
        assertThat(SETTINGS).extracting(Setting::name).containsExactlyElementsOf(new TreeSet<>(RANGES.keySet()));
    }

    @Property(tries = 600, seed = "42", edgeCases = EdgeCasesMode.NONE)
    void numbersInTheirRangesAreTakenAndOthersRefusedByName(
            @ForAll @IntRange(max = 1_000_000) int which,
            @ForAll @DoubleRange(max = 1) double share,
            @ForAll @IntRange(min = 2, max = 1_000_000) int far) {
        Setting setting = SETTINGS.get(which % SETTINGS.size());
        if (RANGES.get(setting.name()).equals("any")) {
            assertThat(setting.failure((double) -far)).isNull();
            return;
        }
        Range range = Range.of(RANGES.get(setting.name()));
        double good = range.inside(share, setting.isWhole());
        assertThat(setting.failure(good)).as("%s = %s", setting.name(), good).isNull();
        for (Double bad : range.outside(far, setting)) {
            assertThat(setting.failure(bad))
                    .as("%s = %s", setting.name(), bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(setting.word());
        }
    }
}
