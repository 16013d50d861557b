package org.boltzmann4j.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.objective.HiddenUnitDropout;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.SparsityTarget;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.Poisson;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The configuration of the layer, and where its parameters lie. */
class RbmLayerTest {

    private static RbmLayer unusual() {
        return new RbmLayer.Builder()
                .name("first")
                .nIn(3)
                .nOut(2)
                .visible(Gaussian.of(0.5, 1, 2))
                .negativePhase(PersistentContrastiveDivergence.of(3, 17))
                .greyValues(GreyValues.THRESHOLDED)
                .centering(Centering.NONE)
                .visibleBiasFromData(false)
                .sparsity(SparsityTarget.of(0.1, 0.2).withDecay(0.95).withWeights())
                .hiddenUnitDropout(HiddenUnitDropout.retaining(0.5))
                .l1(0.01)
                .l2Bias(0.02)
                .biasInit(0.3)
                .build();
    }

    private static MultiLayerConfiguration configuration() {
        return Networks.base(DataType.DOUBLE)
                .list()
                .layer(unusual())
                .layer(new RbmLayer.Builder().nIn(2).nOut(4).build())
                .layer(Networks.output(4))
                .build();
    }

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        RbmLayer layer = new RbmLayer.Builder().nIn(3).nOut(2).build();
        assertThat(layer.getVisible()).isEqualTo(new Bernoulli());
        assertThat(layer.getHidden()).isEqualTo(new Bernoulli());
        assertThat(layer.getNegativePhase()).isEqualTo(PersistentContrastiveDivergence.of(1, 100));
        assertThat(layer.getGreyValues()).isEqualTo(GreyValues.SAMPLED);
        assertThat(layer.getCentering()).isEqualTo(Centering.of(0.01));
        assertThat(layer.isVisibleBiasFromData()).isTrue();
        assertThat(layer.getSparsity()).isNull();
        assertThat(layer.getHiddenUnitDropout()).isNull();
    }

    @Test
    void theConfigurationComesBackFromJsonAndYaml() {
        MultiLayerConfiguration conf = configuration();
        MultiLayerConfiguration fromJson = MultiLayerConfiguration.fromJson(conf.toJson());
        assertThat(fromJson).isEqualTo(conf);
        assertThat(fromJson.toJson()).isEqualTo(conf.toJson());
        assertThat(MultiLayerConfiguration.fromYaml(conf.toYaml())).isEqualTo(conf);
        RbmLayer layer = (RbmLayer) fromJson.getConf(0).getLayer();
        assertThat(layer)
                .isEqualTo(conf.getConf(0).getLayer())
                .hasSameHashCodeAs(conf.getConf(0).getLayer());
        assertThat(layer.getVisible()).isEqualTo(Gaussian.of(0.5, 1, 2));
        assertThat(layer.getNegativePhase()).isEqualTo(PersistentContrastiveDivergence.of(3, 17));
        assertThat(layer.getGreyValues()).isEqualTo(GreyValues.THRESHOLDED);
        assertThat(layer.getCentering()).isEqualTo(Centering.NONE);
        assertThat(layer.isVisibleBiasFromData()).isFalse();
        assertThat(layer.getSparsity()).isEqualTo(new SparsityTarget(0.1, 0.2, 0.95, true));
        assertThat(layer.getHiddenUnitDropout()).isEqualTo(new HiddenUnitDropout(0.5));
        assertThat(layer.getBiasInit()).isEqualTo(0.3);
        assertThat(layer.getNIn()).isEqualTo(3);
        assertThat(layer.getNOut()).isEqualTo(2);
        assertThat(layer.getLayerName()).isEqualTo("first");
        assertThat(layer.toString()).contains("first", "sigma", "k=3", "THRESHOLDED", "visibleBiasFromData=false");
    }

    /** Networks saved before these options existed have none of them. */
    @Test
    void jsonWithoutGradientOptionsMeansNone() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode root = mapper.readTree(configuration().toJson());
        ObjectNode node = (ObjectNode) root.get("confs").get(0).get("layer");
        node.remove("sparsity");
        node.remove("hiddenUnitDropout");
        RbmLayer layer = (RbmLayer) MultiLayerConfiguration.fromJson(mapper.writeValueAsString(root))
                .getConf(0)
                .getLayer();
        assertThat(layer.getSparsity()).isNull();
        assertThat(layer.getHiddenUnitDropout()).isNull();
    }

    @Test
    void aWidthLeftToTheInputTypeComesBackToo() {
        MultiLayerConfiguration open = Networks.base(DataType.FLOAT)
                .list()
                .layer(new RbmLayer.Builder().nOut(2).build())
                .build();
        assertThat(MultiLayerConfiguration.fromJson(open.toJson())).isEqualTo(open);
        MultiLayerConfiguration inferred = Networks.base(DataType.FLOAT)
                .list()
                .layer(new RbmLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutionalFlat(3, 4, 1))
                .build();
        assertThat(((RbmLayer) inferred.getConf(0).getLayer()).getNIn()).isEqualTo(12);
    }

    @Test
    void copiesAreEqualAndIndependent() throws Exception {
        MultiLayerConfiguration conf = configuration();
        RbmLayer layer = (RbmLayer) conf.getConf(0).getLayer();
        RbmLayer copy = layer.clone();
        assertThat(copy).isEqualTo(layer).isNotSameAs(layer);
        copy.setNegativePhase(ContrastiveDivergence.of(5));
        assertThat(layer.getNegativePhase()).isEqualTo(PersistentContrastiveDivergence.of(3, 17));
        assertThat(conf.clone()).isEqualTo(conf);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(layer);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(layer);
        }
    }

    @Test
    void everyOwnFieldCountsInEquality() {
        List<RbmLayer> different = List.of(
                new RbmLayer.Builder().nIn(3).nOut(2).build(),
                new RbmLayer.Builder().nIn(3).nOut(3).build(),
                new RbmLayer.Builder().nIn(3).nOut(2).visible(Gaussian.of(1)).build(),
                new RbmLayer.Builder()
                        .nIn(3)
                        .nOut(2)
                        .negativePhase(ContrastiveDivergence.of(1))
                        .build(),
                new RbmLayer.Builder()
                        .nIn(3)
                        .nOut(2)
                        .greyValues(GreyValues.MEANS)
                        .build(),
                new RbmLayer.Builder().nIn(3).nOut(2).centering(Centering.NONE).build(),
                new RbmLayer.Builder()
                        .nIn(3)
                        .nOut(2)
                        .sparsity(SparsityTarget.of(0.1, 0.2))
                        .build(),
                new RbmLayer.Builder()
                        .nIn(3)
                        .nOut(2)
                        .hiddenUnitDropout(HiddenUnitDropout.retaining(0.5))
                        .build(),
                new RbmLayer.Builder().nIn(3).nOut(2).visibleBiasFromData(false).build());
        for (int i = 0; i < different.size(); i++) {
            for (int j = 0; j < different.size(); j++) {
                assertThat(different.get(i).equals(different.get(j)))
                        .as("%d and %d", i, j)
                        .isEqualTo(i == j);
            }
        }
    }

    /** Each line: a field that the failure must name, a path into the layer's JSON, what to put there or DELETE. */
    @ParameterizedTest(name = "{1} = {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "quantum             | visible/type        | \"quantum\"",
                "visible             | visible             | DELETE",
                "visible             | visible             | null",
                "sigma               | visible/sigma       | DELETE",
                "sigma               | visible/sigma       | [1, 2, -3]",
                "hidden              | hidden              | DELETE",
                "Poisson             | hidden              | {\"type\":\"poisson\",\"bound\":5}",
                "improperWeights     | improperWeights     | \"ignored\"",
                "negativePhase       | negativePhase       | DELETE",
                "negativePhase       | negativePhase/type  | \"teleportation\"",
                "k                   | negativePhase/k     | 2.7",
                "k                   | negativePhase/k     | 0",
                "k                   | negativePhase/k     | DELETE",
                "chains              | negativePhase/chains| 0.5",
                "chains              | negativePhase/chains| DELETE",
                "greyValues          | greyValues          | \"FIFTY_SHADES\"",
                "greyValues          | greyValues          | DELETE",
                "centering           | centering           | DELETE",
                "offsetStep          | centering/offsetStep| 7",
                "offsetStep          | centering/offsetStep| DELETE",
                "enabled             | centering/enabled   | DELETE",
                "target              | sparsity/target     | 1",
                "target              | sparsity/target     | DELETE",
                "strength            | sparsity/strength   | -0.1",
                "strength            | sparsity/strength   | DELETE",
                "decay               | sparsity/decay      | 1",
                "decay               | sparsity/decay      | DELETE",
                "onWeights           | sparsity/onWeights  | DELETE",
                "retainProbability   | hiddenUnitDropout/retainProbability | 0",
                "retainProbability   | hiddenUnitDropout/retainProbability | DELETE",
                "hidden-unit dropout | negativePhase | {\"type\":\"parallelTempering\",\"k\":1,\"chains\":2,\"path\":\"BASE_RATES\",\"ladder\":{\"type\":\"fixed\",\"inverseTemperatures\":[0,1]}}",
                "sparsity target     | hidden              | {\"type\":\"softmax\",\"groupSize\":2}",
                "visibleBiasFromData | visibleBiasFromData | DELETE",
                "visibleBiasFromData | visibleBiasFromData | \"perhaps\"",
                "nin                 | nin                 | 2.5",
                "nin                 | nin                 | -1",
                "nin                 | nin                 | DELETE",
                "nout                | nout                | 2.7",
                "nout                | nout                | 0",
                "nout                | nout                | \"2\"",
                "nout                | nout                | DELETE"
            })
    void badJsonIsRefusedAndTheFieldIsNamed(String named, String path, String value) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        JsonNode root = mapper.readTree(configuration().toJson());
        ObjectNode node = (ObjectNode) root.get("confs").get(0).get("layer");
        String[] steps = path.split("/", -1);
        for (int i = 0; i < steps.length - 1; i++) {
            node = (ObjectNode) node.get(steps[i]);
        }
        String last = steps[steps.length - 1];
        assertThat(node.has(last)).as("the field is there to be spoilt").isTrue();
        if (value.equals("DELETE")) {
            node.remove(last);
        } else {
            node.set(last, mapper.readTree(value));
        }
        String json = mapper.writeValueAsString(root);
        Throwable failure = catchThrowable(() -> MultiLayerConfiguration.fromJson(json));
        assertThat(failure).as("reading it").isNotNull();
        assertThat(Networks.causes(failure)).contains(named);
    }

    @Test
    void theActivationFollowsFromTheHiddenUnitsWhateverTheNetworkSays() {
        MultiLayerConfiguration conf = new NeuralNetConfiguration.Builder()
                .activation(new ActivationReLU())
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(3)
                        .nOut(2)
                        .activation(new ActivationReLU())
                        .build())
                .build();
        RbmLayer layer = (RbmLayer) conf.getConf(0).getLayer();
        assertThat(layer.getActivationFn()).isEqualTo(new ActivationSigmoid());
        layer.setActivationFn(new ActivationReLU());
        assertThat(layer.getActivationFn()).isEqualTo(new ActivationSigmoid());
        assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    }

    @Test
    void pairsOfUnitsWithoutAProperModelAreRefusedWithTheReasonWhenTheLayerIsBuilt() {
        RbmLayer.Builder builder = new RbmLayer.Builder().nIn(3).nOut(2).visible(Poisson.of(50));
        assertThatThrownBy(() -> builder.hidden(Gaussian.of(1)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Poisson")
                .hasMessageContaining("Gaussian")
                .hasMessageContaining("no finite sum");
    }

    @Test
    void missingSpecificationsAreRefusedByName() {
        RbmLayer.Builder builder = new RbmLayer.Builder();
        assertThatThrownBy(() -> builder.visible(null)).hasMessage("visible");
        assertThatThrownBy(() -> builder.hidden(null)).hasMessage("hidden");
        assertThatThrownBy(() -> builder.negativePhase(null)).hasMessage("negativePhase");
        assertThatThrownBy(() -> builder.greyValues(null)).hasMessage("greyValues");
        assertThatThrownBy(() -> builder.centering(null)).hasMessage("centering");
        assertThatThrownBy(() -> builder.improperWeights(null)).hasMessage("improperWeights");
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "3, 0", "-3, 2", "3, -2"})
    void aLayerWithoutUnitsIsRefused(int nIn, int nOut) {
        Throwable failure = catchThrowable(() -> Networks.initialised(Networks.base(DataType.FLOAT)
                .list()
                .layer(new RbmLayer.Builder().name("first").nIn(nIn).nOut(nOut).build())
                .build()));
        assertThat(Networks.causes(failure)).contains("first", "nIn = " + nIn, "nOut = " + nOut, "at least 1");
    }

    @Test
    void sigmasThatDoNotFitTheWidthAreRefused() {
        assertThatThrownBy(() -> Networks.gaussian(DataType.FLOAT, 4, 2, 1, 2, 3))
                .hasMessageContaining("3 values of sigma")
                .hasMessageContaining("4 units");
    }

    @Test
    void halfPrecisionIsRefused() {
        assertThatThrownBy(() -> Networks.stack(DataType.valueOf("HALF"), 3, 2))
                .hasMessageContaining("HALF")
                .hasMessageContaining("expected FLOAT or DOUBLE");
    }

    @Test
    void parametersLieAsWeightsThenHiddenBiasThenVisibleBias() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            MultiLayerNetwork network = Networks.initialised(Networks.base(type)
                    .list()
                    .layer(new RbmLayer.Builder().nIn(3).nOut(2).biasInit(0.5).build())
                    .build());
            Map<String, INDArray> table = network.getLayer(0).paramTable();
            assertThat(table).containsOnlyKeys("W", "b", "vb");
            assertThat(network.numParams()).isEqualTo(3 * 2 + 2 + 3);
            assertThat(table.get("W").shape()).containsExactly(3, 2);
            assertThat(table.get("W").ordering()).isEqualTo('c');
            assertThat(table.get("b").toDoubleVector()).containsExactly(0.5, 0.5);
            assertThat(table.get("vb").toDoubleVector()).containsExactly(0, 0, 0);
            network.params()
                    .assign(Nd4j.arange(11)
                            .castTo(type)
                            .reshape(network.params().shape()));
            assertThat(table.get("W").castTo(DataType.DOUBLE).toDoubleMatrix())
                    .isDeepEqualTo(new double[][] {{0, 1}, {2, 3}, {4, 5}});
            assertThat(table.get("b").toDoubleVector()).containsExactly(6, 7);
            assertThat(table.get("vb").toDoubleVector()).containsExactly(8, 9, 10);
            Map<String, INDArray> wholeNetwork = network.paramTable();
            assertThat(wholeNetwork.get("0_vb").toDoubleVector()).containsExactly(8, 9, 10);
            assertThat(network.clone().params()).isEqualTo(network.params());
        }
    }

    @Test
    void theInitializerCountsTheVisibleBiasEverywhereAndCallsItABias() {
        RbmLayer layer = unusual();
        NeuralNetConfiguration conf = configuration().getConf(0);
        assertThat(layer.initializer().numParams(layer)).isEqualTo(11);
        assertThat(layer.initializer().numParams(conf)).isEqualTo(11);
        assertThat(layer.initializer().paramKeys(layer)).containsExactly("W", "b", "vb");
        assertThat(layer.initializer().weightKeys(layer)).containsExactly("W");
        assertThat(layer.initializer().biasKeys(layer)).containsExactly("b", "vb");
        assertThat(layer.initializer().isBiasParam(layer, "vb")).isTrue();
        assertThat(layer.initializer().isWeightParam(layer, "vb")).isFalse();
        assertThat(layer.isPretrainParam("vb")).isTrue();
        assertThat(layer.isPretrainParam("W")).isFalse();
        assertThatThrownBy(() -> layer.initializer().init(conf, Nd4j.create(DataType.FLOAT, 8), true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("expected 11 parameters, got 8");
    }

    @Test
    void weightInitialisersConcernTheWeights() {
        MultiLayerNetwork zero =
                Networks.single(DataType.FLOAT, 40, 30, base -> base.weightInit(WeightInit.ZERO), l -> l);
        assertThat(zero.params().sumNumber().doubleValue()).isZero();
        MultiLayerNetwork xavier = Networks.single(DataType.FLOAT, 40, 30, base -> {}, l -> l);
        double deviation = xavier.getLayer(0).getParam("W").stdNumber().doubleValue();
        // sqrt(2 / (nIn + nOut)), and the relative standard error of a deviation of 1200 numbers is 2 %: five of them.
        assertThat(deviation).isCloseTo(Math.sqrt(2.0 / 70), within(0.1 * Math.sqrt(2.0 / 70)));
    }

    @Test
    void theMemoryReportCountsTheVisibleBias() {
        LayerMemoryReport report =
                ((FeedForwardLayer) configuration().getConf(0).getLayer()).getMemoryReport(InputType.feedForward(3));
        assertThat(report.getParameterSize()).isEqualTo(11);
    }

    @Test
    void theModelOfALayerSharesTheNetworksParameters() {
        MultiLayerNetwork network = Networks.initialised(configuration());
        Rbm rbm = RbmLayer.modelOf(network, 0);
        assertThat(RbmLayer.modelOf(network, "first").weights()).isEqualTo(rbm.weights());
        network.getLayer(0).getParam("W").putScalar(0, 0, 7);
        assertThat(rbm.weights().getDouble(0, 0)).isEqualTo(7);
        assertThatThrownBy(() -> RbmLayer.modelOf(network, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 2 is no RBM layer")
                .hasMessageContaining("first");
        assertThatThrownBy(() -> RbmLayer.modelOf(network, "second"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no RBM layer is called \"second\"");
        assertThatThrownBy(() -> RbmLayer.modelOf(new MultiLayerNetwork(configuration()), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("init()");
    }
}
