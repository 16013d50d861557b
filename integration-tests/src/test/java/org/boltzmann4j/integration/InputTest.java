package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.ops.transforms.Transforms;

class InputTest {

    private static List<DataSet> brightDigits() {
        List<DataSet> minibatches = new ArrayList<>();
        Digits.batches().forEachRemaining(minibatch -> {
            minibatch.getFeatures().muli(255);
            minibatches.add(minibatch);
        });
        return minibatches;
    }

    private static DataSetIterator iterator(List<DataSet> minibatches) {
        // A normalizer changes the minibatches it is handed, so the iterator hands out copies.
        return new ExistingDataSetIterator((Iterable<DataSet>)
                () -> minibatches.stream().map(DataSet::copy).iterator());
    }

    @Test
    void aNormalizerOfTheIteratorIsApplied() {
        List<DataSet> bright = brightDigits();
        NormalizerMinMaxScaler normalizer = new NormalizerMinMaxScaler();
        normalizer.fit(iterator(bright));
        DataSetIterator normalising = iterator(bright);
        normalising.setPreProcessor(normalizer);
        List<DataSet> normalised =
                bright.stream().map(DataSet::copy).peek(normalizer::transform).toList();

        MultiLayerNetwork byIterator = Digits.network();
        MultiLayerNetwork byHand = Digits.network();
        assertThat(Digits.pretrainer().build().pretrain(byIterator, normalising).layers())
                .hasSize(2);
        assertThat(Digits.pretrainer()
                        .build()
                        .pretrain(byHand, iterator(normalised))
                        .layers())
                .hasSize(2);
        Digits.assertSameParameters(byIterator, byHand);
    }

    @Test
    void withoutTheNormalizerTheValuesAreRefusedBeforeAnythingIsLearnt() {
        MultiLayerNetwork network = Digits.network();
        MultiLayerNetwork before = network.clone();
        DataSetIterator bright = iterator(brightDigits());
        assertThatThrownBy(() -> Digits.pretrainer().build().pretrain(network, bright))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 0 (\"lower\"): minibatch 1, row 1")
                .hasMessageContaining("expected a value in [0, 1]");
        Digits.assertSameParameters(network, before);
    }

    private static MultiLayerNetwork network(InputType type) {
        return Digits.initialised(Digits.settings()
                .list()
                .layer(new RbmLayer.Builder().nOut(20).build())
                .layer(Digits.softmax().build())
                .setInputType(type)
                .build());
    }

    /** The digits as images of one channel. */
    private static DataSetIterator images() {
        List<DataSet> minibatches = new ArrayList<>();
        Digits.batches()
                .forEachRemaining(minibatch -> minibatches.add(
                        new DataSet(minibatch.getFeatures().reshape(-1, 1, 28, 28), minibatch.getLabels())));
        return new ExistingDataSetIterator(minibatches);
    }

    @Test
    void imagesAndTheirRowsOfPixelsTrainTheSameLayer() {
        MultiLayerNetwork flat = network(InputType.feedForward(784));
        MultiLayerNetwork asRows = network(InputType.convolutionalFlat(28, 28, 1));
        MultiLayerNetwork asImages = network(InputType.convolutional(28, 28, 1));
        assertThat(asRows.getLayerWiseConfigurations().getInputPreProcess(0)).isNull();
        assertThat(asImages.getLayerWiseConfigurations().getInputPreProcess(0))
                .isInstanceOf(CnnToFeedForwardPreProcessor.class);
        // Without the cache, whose minibatches come in an order of their own: it is used where something is computed
        // first.
        GreedyPretrainer pretrainer = Digits.pretrainer().cacheBytes(0).build();
        assertThat(pretrainer.pretrain(flat, Digits.batches()).layers()).hasSize(1);
        assertThat(pretrainer.pretrain(asRows, Digits.batches()).layers()).hasSize(1);
        assertThat(pretrainer.pretrain(asImages, images()).layers()).hasSize(1);
        Digits.assertSameParameters(asRows, flat);
        Digits.assertSameParameters(asImages, flat);
    }

    @Test
    void anRbmLayerOnAConvolutionIsPretrainedOnItsFlattenedOutput() {
        MultiLayerConfiguration configuration = Digits.settings()
                .list()
                .layer(new ConvolutionLayer.Builder(5, 5)
                        .stride(4, 4)
                        .nOut(3)
                        .activation(Activation.SIGMOID)
                        .build())
                .layer(new RbmLayer.Builder().nOut(20).build())
                .layer(Digits.softmax().build())
                .setInputType(InputType.convolutionalFlat(28, 28, 1))
                .build();
        MultiLayerNetwork network = Digits.initialised(configuration);
        INDArray filters = network.getParam("0_W").dup();
        INDArray outputs = network.feedForwardToLayer(0, Digits.train().featureMatrix(), false)
                .get(1);
        INDArray means = outputs.reshape('c', 300, 3 * 6 * 6)
                .mean(0)
                .castTo(network.params().dataType());

        List<INDArray> startingBias = new ArrayList<>();
        assertThat(Digits.pretrainer()
                        .listeners(new PretrainingListener() {
                            @Override
                            public void onLayerStart(PretrainingProgress progress) {
                                startingBias.add(network.getParam("1_vb").dup());
                            }
                        })
                        .build()
                        .pretrain(network, Digits.batches())
                        .layers())
                .hasSize(1);
        // The visible bias starts at the log-odds of the inputs' means, so its sigmoid gives them back; float rounding.
        INDArray startingMeans = Transforms.sigmoid(startingBias.get(0));
        assertThat(startingMeans.distance2(means)).isLessThan(1e-5);
        assertThat(means.stdNumber().doubleValue()).as("spread of the means").isGreaterThan(1e-3);
        Digits.assertSameBits(network.getParam("0_W"), filters, "filters");
    }

    @Test
    void theHostsOwnPretrainLayerTrainsTheFirstRbmLayerAndNothingElse() {
        MultiLayerNetwork network = Digits.network();
        MultiLayerNetwork before = network.clone();
        network.pretrainLayer(0, Digits.batches(), 10);
        double error = Digits.reconstructionError(RbmLayer.modelOf(network, 0));
        assertThat(error).isLessThan(0.75 * Digits.reconstructionError(RbmLayer.modelOf(before, 0)));
        for (String key : List.of("1_W", "1_b", "1_vb", "2_W", "2_b")) {
            Digits.assertSameBits(network.getParam(key), before.getParam(key), key);
        }
        network.fit(Digits.batches(), 1);
        assertThat(network.getParam("2_W")).isNotEqualTo(before.getParam("2_W"));
    }
}
