package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.FastPersistentContrastiveDivergence;
import org.boltzmann4j.objective.GenerativeTerm;
import org.boltzmann4j.objective.JointObjective;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.Langevin;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.NoisyRelu;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.layers.DenseLayerSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

final class JavaSourceTest {

    private static final String READS_JSON = "fromJson";

    @TempDir
    Path directory;

    private static PretrainedConfiguration high(ParameterSpace<? extends PretrainedConfiguration> space) {
        double[] point = new double[Spaces.indexed(space).numParameters()];
        Arrays.fill(point, 0.9);
        return space.getValue(point);
    }

    private static DbnConfiguration plain(MultiLayerConfiguration network) {
        return new DbnConfiguration(
                network, null, 2, new CandidateSettings(PretrainingSettings.ofEpochs(0), null, List.of()));
    }

    /** A stack of dense layers as the host's space gives it, trained as a joint energy model. */
    private static PretrainedSpace dense() {
        MultiLayerSpace network = new MultiLayerSpace.Builder()
                .seed(3)
                .updater(AdamSpace.withLR(Spaces.rates()))
                .l2(new ContinuousParameterSpace(0, 0.01))
                .addLayer(new DenseLayerSpace.Builder()
                        .nOut(new IntegerParameterSpace(4, 9))
                        .activation(Activation.SWISH)
                        .dropOut(new ContinuousParameterSpace(0.5, 1))
                        .build())
                .addLayer(new DenseLayerSpace.Builder()
                        .nOut(5)
                        .activation(Activation.TANH)
                        .weightInit(WeightInit.RELU)
                        .build())
                .addLayer(new OutputLayerSpace.Builder()
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .lossFunction(LossFunction.MCXENT)
                        .build())
                .setInputType(InputType.feedForward(6))
                .numEpochs(2)
                .build();
        return new PretrainedSpace(network, PretrainingSpace.ofEpochs(new FixedValue<>(0))).withJointTraining(joint());
    }

    private static JemSpace joint() {
        return JemSpace.builder(Box.of(0, 1), 40)
                .dataNoise(new FixedValue<>(0.1))
                .langevin(OneOf.of(Langevin.practical(2, 0.5, 0.05).withClip(0.1)))
                .build();
    }

    private static Stream<PretrainedConfiguration> configurations() {
        DbnSpace joint = DbnSpace.builder(6, 3)
                .widths(new FixedValue<>(4))
                .joint(joint())
                .build();
        return Stream.of(high(Spaces.small()), high(joint), high(dense()), high(Spaces.graph()));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void theJavaOfACandidateTrainsTheSameModel(PretrainedConfiguration configuration) throws Exception {
        CandidateRecord candidate = CandidateRecord.of(configuration, 77);
        String source = JavaSource.of(candidate);
        assertThat(source).doesNotContain(READS_JSON);
        Class<?> best = CompiledJava.of(Map.of("Best", source), directory).loadClass("Best");
        Stripes data = new Stripes();
        Model fromJava = (Model) best.getMethod("train", DataSetIterator.class, DataSetIterator.class)
                .invoke(null, data.unlabelledData(), data.trainData());
        assertThat(fromJava.params()).isEqualTo(candidate.train(data).model().params());
    }

    /** Points of the space in which every field of an RBM layer is searched, and of the host's. */
    private static List<DbnConfiguration> points() {
        SplittableRandom random = new SplittableRandom(23);
        DbnSpace stacks = Spaces.indexed(Spaces.dbn());
        PretrainedSpace dense = Spaces.indexed(dense());
        List<DbnConfiguration> points = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            points.add(stacks.getValue(random.doubles(stacks.numParameters()).toArray()));
        }
        for (int i = 0; i < 5; i++) {
            points.add((DbnConfiguration)
                    dense.getValue(random.doubles(dense.numParameters()).toArray()));
        }
        return points;
    }

    private static MultiLayerConfiguration everythingSet() {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(DataType.DOUBLE)
                .updater(new Nesterovs(0.1, 0.5))
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(2)
                .list()
                .layer(new RbmLayer.Builder()
                        .name("lower")
                        .nOut(7)
                        .visible(Gaussian.of(2))
                        .hidden(new Binomial(3))
                        .negativePhase(TrajectoryTempering.of(1, 20))
                        .weightInit(new NormalDistribution(0, 0.01))
                        .biasInit(-1)
                        .weightDecay(1e-4, true)
                        .l1Bias(1e-5)
                        .l2Bias(1e-6)
                        .biasUpdater(new Sgd(0.3))
                        .build())
                .layer(new DenseLayer.Builder()
                        .nOut(5)
                        .hasLayerNorm(true)
                        .hasBias(false)
                        .activation(new ActivationLReLU(0.3))
                        .l1(1e-3)
                        .l2(1e-4)
                        .updater(new Adam(new StepSchedule(ScheduleType.EPOCH, 0.1, 0.5, 3)))
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.feedForward(4))
                .build();
    }

    @Test
    void builderCodeMakesTheConfigurationOfEveryCandidateOfTheSpaces() throws Exception {
        List<DbnConfiguration> points = new ArrayList<>(points());
        points.add(plain(everythingSet()));
        Map<String, String> sources = new LinkedHashMap<>();
        for (int i = 0; i < points.size(); i++) {
            String source = JavaSource.of(CandidateRecord.of(points.get(i), 1000 + i));
            assertThat(source).doesNotContain(READS_JSON);
            sources.put("Best" + i, source.replace("Best", "Best" + i));
        }
        ClassLoader classes = CompiledJava.of(sources, directory);
        for (int i = 0; i < points.size(); i++) {
            MultiLayerConfiguration made = (MultiLayerConfiguration)
                    classes.loadClass("Best" + i).getMethod("configuration").invoke(null);
            MultiLayerConfiguration wanted = points.get(i).getMultiLayerConfiguration();
            int seed = 1000 + i;
            wanted.getConfs().forEach(conf -> conf.setSeed(seed));
            assertThat(made.toJson()).isEqualTo(wanted.toJson());
            assertThat(made).isEqualTo(wanted);
        }
    }

    @Test
    void whatLayersShareIsSaidOnceAndDefaultsNotAtAll() {
        MultiLayerConfiguration network = new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(0.01))
                .l2(1e-4)
                .list()
                .layer(new RbmLayer.Builder()
                        .nOut(8)
                        .negativePhase(ContrastiveDivergence.of(2))
                        .build())
                .layer(new RbmLayer.Builder().nOut(5).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.feedForward(6))
                .build();
        String wanted =
                """
                return new NeuralNetConfiguration.Builder()
                .seed(7L)
                .l2(1.0E-4)
                .updater(new Adam(0.01))
                .list()
                .layer(new RbmLayer.Builder()
                .nOut(8)
                .negativePhase(ContrastiveDivergence.of(2))
                .build())
                .layer(new RbmLayer.Builder()
                .nOut(5)
                .build())
                .layer(new OutputLayer.Builder()
                .nOut(3)
                .lossFunction(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build())
                .setInputType(InputType.feedForward(6))
                .build();
                """;
        assertThat(JavaSource.of(CandidateRecord.of(plain(network), 7)).lines().map(String::strip))
                .containsSequence(wanted.lines().toList());
    }

    private static Stream<MultiLayerConfiguration> strangers() {
        NeuralNetConfiguration.Builder start =
                new NeuralNetConfiguration.Builder().seed(5).updater(new Sgd(0.1));
        OutputLayer output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
        return Stream.of(
                start.clone()
                        .list()
                        .layer(new ConvolutionLayer.Builder(2, 2).nOut(2).build())
                        .layer(output.clone())
                        .setInputType(InputType.convolutional(4, 4, 1))
                        .build(),
                start.clone()
                        .list()
                        .layer(new DenseLayer.Builder()
                                .nOut(4)
                                .constrainWeights(new MaxNormConstraint(1.0, 1))
                                .build())
                        .layer(output.clone())
                        .setInputType(InputType.feedForward(6))
                        .build(),
                start.clone()
                        .maxNumLineSearchIterations(7)
                        .list()
                        .layer(output.clone())
                        .setInputType(InputType.feedForward(6))
                        .build());
    }

    @Test
    void whatTheBuildersDoNotMakeAgainIsReadFromJsonAndNotLeftOut() throws Exception {
        List<MultiLayerConfiguration> networks = strangers().toList();
        Map<String, String> sources = new LinkedHashMap<>();
        for (int i = 0; i < networks.size(); i++) {
            String source = JavaSource.of(CandidateRecord.of(plain(networks.get(i)), 5));
            assertThat(source).contains("// As JSON, since no builder is known for ", READS_JSON);
            sources.put("Best" + i, source.replace("Best", "Best" + i));
        }
        ClassLoader classes = CompiledJava.of(sources, directory);
        for (int i = 0; i < networks.size(); i++) {
            assertThat(classes.loadClass("Best" + i).getMethod("configuration").invoke(null))
                    .isEqualTo(networks.get(i));
        }
    }

    private static List<Object> specifications() {
        return List.of(
                PersistentContrastiveDivergence.of(1, 100),
                FastPersistentContrastiveDivergence.of(1, 20, 0.05),
                ParallelTempering.of(2, 3, Ladder.of(0.5, 1)).withPath(TemperingPath.BASE_RATES),
                new SparsityTarget(0.1, 0.5, 0.8, true),
                NoisyRelu.rectified(),
                JointObjective.of(GenerativeTerm.CD, 0.5).withConditionalWeight(0.25),
                Langevin.proper(3, 0.1).withDecay(2, 0.6),
                new Sgd(0.1),
                new Sgd(new ExponentialSchedule(ScheduleType.ITERATION, 0.1, 0.9)),
                new Adam(0.1),
                new Adam(0.1, 0.8, 0.9, 1e-6),
                new AdaMax(0.1),
                new AdaDelta(0.9, 1e-5),
                new AdaGrad(0.1, 1e-5),
                new AMSGrad(0.2),
                new Nadam(0.3),
                new RmsProp(0.1, 0.9, 1e-5),
                new NoOp(),
                new Nesterovs(0.5, 0.25),
                new Nesterovs(new InverseSchedule(ScheduleType.EPOCH, 0.1, 0.5, 2), 0.7),
                new Nesterovs(
                        new PolySchedule(ScheduleType.EPOCH, 0.1, 2, 30),
                        new StepSchedule(ScheduleType.EPOCH, 0.5, 1.5, 4)));
    }

    @Test
    void anExpressionMakesAnEqualSpecification() throws Exception {
        JavaExpressions expressions = new JavaExpressions();
        String all = specifications().stream()
                .map(specification -> expressions.of(specification).text())
                .collect(Collectors.joining(",\n"));
        String source =
                expressions.imports() + "public class All { public static final Object[] ALL = {" + all + "}; }";
        Object[] made = (Object[]) CompiledJava.of(Map.of("All", source), directory)
                .loadClass("All")
                .getField("ALL")
                .get(null);
        assertThat(made).containsExactlyElementsOf(specifications());
        assertThat(all).contains("PersistentContrastiveDivergence.of(1, 100)", "new Nesterovs(0.5, 0.25)");
    }

    @Test
    void twoClassesOfOneNameAreToldApart() {
        JavaExpressions expressions = new JavaExpressions();
        assertThat(expressions.name(List.class)).isEqualTo("List");
        assertThat(expressions.name(java.awt.List.class)).isEqualTo("java.awt.List");
        assertThat(expressions.imports()).isEqualTo("import java.util.List;\n");
    }

    @Test
    void whatHasNoConstructorOfItsOwnPropertiesIsRefused() {
        assertThatThrownBy(() -> new JavaExpressions().of(new int[] {1}))
                .isInstanceOf(UnwritableException.class)
                .hasMessage("a int[]");
    }

    @Test
    void numbersAndWordsAreLiterals() {
        JavaExpressions expressions = new JavaExpressions();
        assertThat(IntStream.of(1).boxed().map(i -> expressions.of(i).text())).containsExactly("1");
        assertThat(expressions.of(-3L).text()).isEqualTo("-3L");
        assertThat(expressions.of(Double.NEGATIVE_INFINITY).text()).isEqualTo("Double.NEGATIVE_INFINITY");
        assertThat(expressions.of("a\"b\\").text()).isEqualTo("\"a\\\"b\\\\\"");
    }
}
