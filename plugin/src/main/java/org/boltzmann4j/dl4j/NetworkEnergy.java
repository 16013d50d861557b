package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.objective.JointEnergyLoss;
import org.boltzmann4j.sampler.EnergyGradient;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A classifier's logits z(x) as an energy, {@code E(x) = -logsumexp(z)} and {@code E(x, y) = -z_y}, with exact slopes at the input.
 *
 * <p>The network is seen in inference mode: no dropout, no weight noise, running statistics in batch normalisation, and gradients
 * pass through frozen layers. A second network without these, made from a copy of the configuration, shares the parameter
 * array, so that it follows the training; of the trained network nothing is called and nothing changes. Dense, convolutional and
 * output layers are worked by their products alone, the others by the host's own layers. Not thread-safe.
 *
 * <p>Nothing is left to the garbage collector: results lie in arrays that are used again, what the host makes on the way in a
 * workspace.
 */
final class NetworkEnergy implements EnergyGradient {

    private static final String WORKSPACE = "BOLTZMANN4J_ENERGY";

    private static final WorkspaceConfiguration MEMORY = WorkspaceConfiguration.builder()
            .initialSize(0)
            .overallocationLimit(0.02)
            .policyAllocation(AllocationPolicy.OVERALLOCATE)
            .policyLearning(LearningPolicy.FIRST_LOOP)
            .policyReset(ResetPolicy.BLOCK_LEFT)
            .policySpill(SpillPolicy.REALLOCATE)
            .build();

    private final List<Stage> stages;
    private final long[] rowShape;
    private final int features;
    private final int classes;
    private final GrowingMatrix slopes;
    private double[] heights = new double[0];
    private int[] likeliest = new int[0];

    private NetworkEnergy(List<Stage> stages, long[] rowShape, int classes, DataType type) {
        this.stages = stages;
        this.rowShape = rowShape;
        this.features = Math.toIntExact(Arrays.stream(rowShape).reduce(1, (a, b) -> a * b));
        this.classes = classes;
        this.slopes = new GrowingMatrix(type, features);
    }

    /**
     * Looks at a network as an energy.
     *
     * @param network initialised, ending in a softmax output layer with the stock cross-entropy or {@link JointEnergyLoss}; its
     *     parameters are read at every use
     * @param rowShape shape of one example, without the batch
     * @return the energy
     * @throws IllegalArgumentException if the network does not end in such a layer
     * @throws IllegalStateException if the network is not initialised
     */
    static NetworkEnergy of(MultiLayerNetwork network, long... rowShape) {
        OutputLayer output = outputOf(network);
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
        for (NeuralNetConfiguration layer : conf.getConfs()) {
            layer.setLayer(undisturbed(layer.getLayer()));
            layer.clearVariables();
        }
        MultiLayerNetwork shadow = new MultiLayerNetwork(conf);
        shadow.init(network.params(), false);
        shadow.initGradientsView();
        LayerWorkspaceMgr memory =
                LayerWorkspaceMgr.builder().defaultWorkspace(WORKSPACE, MEMORY).build();
        List<Stage> stages = new ArrayList<>();
        for (int i = 0; i < shadow.getnLayers(); i++) {
            InputPreProcessor preProcessor = conf.getInputPreProcess(i);
            if (preProcessor != null) {
                stages.add(new PreProcessorStage(preProcessor, memory));
            }
            stages.add(stage(shadow.getLayer(i), i == shadow.getnLayers() - 1, memory));
        }
        return new NetworkEnergy(
                stages,
                rowShape.clone(),
                Math.toIntExact(output.getNOut()),
                network.params().dataType());
    }

    /**
     * Checks that a network has logits.
     *
     * @param network to be checked
     * @return the configuration of its output layer
     * @throws IllegalArgumentException if it does not end in a softmax output layer with a usable loss
     * @throws IllegalStateException if it is not initialised
     */
    static OutputLayer outputOf(MultiLayerNetwork network) {
        if (!network.isInitCalled()) {
            throw new IllegalStateException("the network has no parameters yet: call init() first");
        }
        NeuralNetConfiguration last = network.getLayerWiseConfigurations().getConf(network.getnLayers() - 1);
        if (last.getLayer().getClass() != OutputLayer.class
                || !(((OutputLayer) last.getLayer()).getActivationFn() instanceof ActivationSoftmax)) {
            throw new IllegalArgumentException("expected a network that ends in an OutputLayer with softmax, got "
                    + last.getLayer().getClass().getSimpleName()
                    + (last.getLayer() instanceof BaseLayer layer ? " with " + layer.getActivationFn() : ""));
        }
        OutputLayer output = (OutputLayer) last.getLayer();
        ILossFunction loss = output.getLossFn();
        boolean crossEntropy = loss instanceof LossMCXENT stock && stock.getWeights() == null;
        if (!crossEntropy && !(loss instanceof JointEnergyLoss)) {
            throw new IllegalArgumentException("expected the loss MCXENT without class weights, got " + loss);
        }
        return output;
    }

    private static org.deeplearning4j.nn.conf.layers.Layer undisturbed(org.deeplearning4j.nn.conf.layers.Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return undisturbed(frozen.getLayer());
        }
        if (layer instanceof FrozenLayerWithBackprop frozen) {
            return undisturbed(frozen.getUnderlying());
        }
        layer.setIDropout(null);
        if (layer instanceof BaseLayer base) {
            base.setWeightNoise(null);
        }
        return layer;
    }

    private static Stage stage(Layer layer, boolean last, LayerWorkspaceMgr memory) {
        org.deeplearning4j.nn.conf.layers.Layer conf = layer.conf().getLayer();
        if (conf.getClass() == DenseLayer.class && !((DenseLayer) conf).isHasLayerNorm()) {
            DenseLayer dense = (DenseLayer) conf;
            return new DenseStage(weights(layer), dense.isHasBias() ? bias(layer) : null, dense.getActivationFn());
        }
        if (last) {
            return new DenseStage(
                    weights(layer), ((OutputLayer) conf).isHasBias() ? bias(layer) : null, new ActivationIdentity());
        }
        if (conf instanceof ConvolutionLayer convolution && ConvolutionStage.serves(convolution)) {
            return new ConvolutionStage(convolution, weights(layer), convolution.hasBias() ? bias(layer) : null);
        }
        if (conf instanceof BatchNormalization normalization) {
            return new BatchNormalizationStage(layer, normalization);
        }
        if (conf instanceof org.deeplearning4j.nn.conf.layers.ActivationLayer activation) {
            return new ActivationStage(activation.getActivationFn());
        }
        if (conf instanceof DropoutLayer) {
            return Identity.INSTANCE;
        }
        return new HostStage(layer, memory);
    }

    private static INDArray weights(Layer layer) {
        return Objects.requireNonNull(layer.getParam(DefaultParamInitializer.WEIGHT_KEY), "weights");
    }

    private static INDArray bias(Layer layer) {
        return Objects.requireNonNull(layer.getParam(DefaultParamInitializer.BIAS_KEY), "bias");
    }

    /** A dropout layer in inference. */
    private enum Identity implements Stage {
        INSTANCE;

        @Override
        public INDArray forward(INDArray x) {
            return x;
        }

        @Override
        public INDArray backward(INDArray epsilon) {
            return epsilon;
        }
    }

    int classes() {
        return classes;
    }

    int features() {
        return features;
    }

    /**
     * Computes the logits.
     *
     * @param x {@code [rows, features]}, not modified
     * @return {@code [rows, classes]}, valid until the next use of this object
     */
    @SuppressWarnings("try") // the workspace does its work by being open
    INDArray logits(INDArray x) {
        try (MemoryWorkspace open = openMemory()) {
            return forward(x);
        }
    }

    private static MemoryWorkspace openMemory() {
        return Nd4j.getWorkspaceManager().getAndActivateWorkspace(MEMORY, WORKSPACE);
    }

    private INDArray forward(INDArray x) {
        if (x.rank() != 2 || x.size(1) != features) {
            throw new IllegalArgumentException(
                    "expected examples of " + features + " features each, got " + Arrays.toString(x.shape()));
        }
        long[] shape = new long[rowShape.length + 1];
        shape[0] = x.size(0);
        System.arraycopy(rowShape, 0, shape, 1, rowShape.length);
        INDArray values = x.reshape('c', shape);
        for (Stage stage : stages) {
            values = stage.forward(values);
        }
        look(values);
        return values;
    }

    private void look(INDArray logits) {
        Rows rows = Rows.of(logits);
        heights = new double[(int) rows.count()];
        likeliest = new int[heights.length];
        double[] z = new double[classes];
        for (int r = 0; r < heights.length; r++) {
            rows.read(r, z);
            heights[r] = StableFunctions.logSumExp(z);
            for (int c = 1; c < classes; c++) {
                likeliest[r] = z[c] > z[likeliest[r]] ? c : likeliest[r];
            }
        }
    }

    /** {@code -E(x)} of every row at the last use; a new array each time. */
    double[] heights() {
        return heights;
    }

    /** The class of the largest logit of every row at the last use; a new array each time. */
    int[] likeliest() {
        return likeliest;
    }

    /** Turns the logits of a row into the slope of a function of them. */
    @FunctionalInterface
    private interface LogitSlope {
        void write(int row, double[] z);
    }

    @Override
    public INDArray at(INDArray x, int @Nullable [] labels) {
        return slope(x, (row, z) -> {
            if (labels == null) {
                StableFunctions.softmax(z, 0, classes);
            } else {
                Arrays.fill(z, 0);
                z[labels[row]] = 1;
            }
            for (int c = 0; c < classes; c++) {
                z[c] = -z[c]; // dE/dz = -softmax(z), or -onehot(y)
            }
        });
    }

    /**
     * Computes {@code d(-log p(y | x)) / dx}.
     *
     * @param x {@code [rows, features]}, not modified
     * @param labels y of each row, not modified
     * @return {@code [rows, features]}, valid until the next use of this object
     */
    INDArray crossEntropySlope(INDArray x, int[] labels) {
        return slope(x, (row, z) -> {
            StableFunctions.softmax(z, 0, classes);
            z[labels[row]] -= 1;
        });
    }

    @SuppressWarnings("try") // the workspace does its work by being open
    private INDArray slope(INDArray x, LogitSlope top) {
        try (MemoryWorkspace open = openMemory()) {
            INDArray epsilon = forward(x);
            // Written over the logits, which nobody needs any more.
            Rows rows = Rows.of(epsilon);
            double[] z = new double[classes];
            for (int r = 0; r < rows.count(); r++) {
                rows.read(r, z);
                top.write(r, z);
                rows.write(r, z);
            }
            for (int i = stages.size() - 1; i >= 0; i--) {
                epsilon = stages.get(i).backward(epsilon);
            }
            INDArray flat = epsilon.reshape('c', x.size(0), features);
            return flat.isAttached() ? slopes.first(x.size(0)).assign(flat) : flat;
        }
    }
}
