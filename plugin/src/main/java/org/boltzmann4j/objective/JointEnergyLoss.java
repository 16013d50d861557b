package org.boltzmann4j.objective;

import java.util.Arrays;
import java.util.Objects;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StableFunctions;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The loss of a softmax output layer that trains its network as a joint energy model: {@link JointObjective} on minibatches whose
 * rows are of the kinds of {@link JointRow}.
 *
 * <p>A minibatch of nothing but labelled rows, as evaluation and early stopping have it, is handed to Deeplearning4j's own
 * cross-entropy, bit by bit. The host divides sums over rows by the number N of all rows of a minibatch, real and
 * generated; every mean here is over the rows of its own kind, so it is multiplied by N first. With p = softmax(z) the
 * gradients at the logits are, before that factor, {@code (p - y) / labelled} for the cross-entropy, {@code dG/df p} for a
 * row of height {@code f = logsumexp(z)}, {@code dG/df onehot(y)} for one of height {@code z_y}, and {@code 2 alpha f} times either
 * for the penalty.
 *
 * <p>Immutable and without state: the host shares a loss among clones of a network. The name of this class is part of the
 * configuration's JSON.
 */
public final class JointEnergyLoss implements ILossFunction {

    private static final long serialVersionUID = 1;

    private final JointObjective objective;
    private final LossMCXENT stock = new LossMCXENT();

    /**
     * Makes the loss of an objective.
     *
     * @param objective the terms and their weights
     * @throws IllegalArgumentException if it is missing
     */
    @JsonCreator
    public JointEnergyLoss(@JsonProperty("objective") @Nullable JointObjective objective) {
        if (objective == null) {
            throw new IllegalArgumentException("joint energy loss: objective is missing");
        }
        this.objective = objective;
    }

    /**
     * Returns the objective.
     *
     * @return the terms and their weights
     */
    @JsonProperty("objective")
    public JointObjective objective() {
        return objective;
    }

    @Override
    public double computeScore(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask, boolean average) {
        Batch batch = Batch.of(labels, preOutput, activation, mask);
        if (batch == null) {
            return stock.computeScore(labels, preOutput, activation, mask, average);
        }
        double sum = 0;
        for (double share : batch.compute(objective)) {
            sum += share;
        }
        return average ? sum : sum * preOutput.size(0);
    }

    /** {@inheritDoc} Here: N times what each row adds to the loss; of a pair of rows all of it is the real one's. */
    @Override
    public INDArray computeScoreArray(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
        Batch batch = Batch.of(labels, preOutput, activation, mask);
        if (batch == null) {
            return stock.computeScoreArray(labels, preOutput, activation, mask);
        }
        double[] shares = batch.compute(objective);
        for (int i = 0; i < shares.length; i++) {
            shares[i] *= shares.length;
        }
        return Nd4j.createFromArray(shares).castTo(preOutput.dataType()).reshape(shares.length, 1);
    }

    @Override
    public INDArray computeGradient(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
        Batch batch = Batch.of(labels, preOutput, activation, mask);
        if (batch == null) {
            return stock.computeGradient(labels, preOutput, activation, mask);
        }
        batch.compute(objective);
        INDArray gradient = Nd4j.createUninitialized(preOutput.dataType(), preOutput.shape(), 'c');
        Rows rows = Rows.of(gradient);
        for (int i = 0; i < batch.epsilon.length; i++) {
            for (int c = 0; c < batch.epsilon[i].length; c++) {
                batch.epsilon[i][c] *= batch.epsilon.length;
            }
            rows.write(i, batch.epsilon[i]);
        }
        return gradient;
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, preOutput, activation, mask, average),
                computeGradient(labels, preOutput, activation, mask));
    }

    @Override
    public String name() {
        return toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JointEnergyLoss loss && loss.objective.equals(objective);
    }

    @Override
    public int hashCode() {
        return Objects.hash(JointEnergyLoss.class, objective);
    }

    @Override
    public String toString() {
        return "JointEnergyLoss(" + objective + ")";
    }

    /** The rows of one minibatch on the heap, in double precision. */
    private static final class Batch {

        private final JointRow[] kinds;
        private final int[] labels;
        private final double[][] z;
        private final double[][] p;
        private final double[] height; // logsumexp(z)
        private final double[][] epsilon;
        private final double[] shares;

        private Batch(JointRow[] kinds, int[] labels, double[][] z) {
            this.kinds = kinds;
            this.labels = labels;
            this.z = z;
            this.p = new double[z.length][];
            this.height = new double[z.length];
            this.epsilon = new double[z.length][z[0].length];
            this.shares = new double[z.length];
            for (int i = 0; i < z.length; i++) {
                height[i] = StableFunctions.logSumExp(z[i]);
                p[i] = z[i].clone();
                StableFunctions.softmax(p[i], 0, p[i].length);
            }
        }

        /** Null if every row is labelled, which is the host's own business. */
        static @Nullable Batch of(
                INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
            if (!(activation instanceof ActivationSoftmax)) {
                throw new IllegalArgumentException(
                        "a joint energy model needs a softmax output layer, got the activation " + activation);
            }
            if (!labels.equalShapes(preOutput) || preOutput.rank() != 2) {
                throw new IllegalArgumentException("expected labels and logits of one shape [rows, classes], got "
                        + labels.shapeInfoToString() + " and " + preOutput.shapeInfoToString());
            }
            if (mask != null) {
                throw new IllegalArgumentException("masks of labels are not supported in a joint energy model; a row"
                        + " without a class is marked as unlabelled instead");
            }
            int n = Math.toIntExact(labels.size(0));
            int classes = Math.toIntExact(labels.size(1));
            Rows rows = Rows.of(labels.ordering() == 'c' ? labels : labels.dup('c'));
            JointRow[] kinds = new JointRow[n];
            int[] indices = new int[n];
            double[] row = new double[classes];
            boolean plain = true;
            for (int i = 0; i < n; i++) {
                rows.read(i, row);
                kinds[i] = JointRow.of(row);
                indices[i] = JointRow.label(row);
                plain &= kinds[i] == JointRow.LABELLED;
            }
            if (plain) {
                return null;
            }
            double[][] z = new double[n][classes];
            Rows logits = Rows.of(preOutput.ordering() == 'c' ? preOutput : preOutput.dup('c'));
            for (int i = 0; i < n; i++) {
                logits.read(i, z[i]);
            }
            return new Batch(kinds, indices, z);
        }

        /** Fills epsilon and returns what every row adds to the loss. */
        double[] compute(JointObjective objective) {
            int[] labelled = rows(JointRow.LABELLED, JointRow.LABELLED);
            for (int i : labelled) {
                shares[i] += (height[i] - z[i][labels[i]]) / labelled.length;
                for (int c = 0; c < p[i].length; c++) {
                    epsilon[i][c] += (p[i][c] - (c == labels[i] ? 1 : 0)) / labelled.length;
                }
            }
            int[] real = rows(JointRow.LABELLED, JointRow.UNLABELLED);
            int[] generated = rows(JointRow.GENERATED, JointRow.GENERATED);
            int[] ofClass = rows(JointRow.GENERATED_OF_CLASS, JointRow.GENERATED_OF_CLASS);
            generative(objective, objective.weight(), real, generated, false);
            generative(objective, objective.conditionalWeight(), labelled, ofClass, true);
            return shares;
        }

        private int[] rows(JointRow kind, JointRow orKind) {
            int[] found = new int[kinds.length];
            int count = 0;
            for (int i = 0; i < kinds.length; i++) {
                if (kinds[i] == kind || kinds[i] == orKind) {
                    found[count++] = i;
                }
            }
            return Arrays.copyOf(found, count);
        }

        /** A term needs both sides: a minibatch without samples, or of samples alone, says nothing about the energies. */
        private void generative(
                JointObjective objective, double weight, int[] data, int[] samples, boolean conditional) {
            if (data.length == 0 || samples.length == 0) {
                return;
            }
            double[] dataHeights = heights(data, conditional);
            double[] sampleHeights = heights(samples, conditional);
            double[] dataSlopes = new double[data.length];
            double[] sampleSlopes = new double[samples.length];
            double[] dataShares = new double[data.length];
            double[] sampleShares = new double[samples.length];
            objective.term().compute(dataHeights, sampleHeights, dataSlopes, sampleSlopes, dataShares, sampleShares);
            add(objective, weight, data, dataHeights, dataSlopes, dataShares, conditional);
            add(objective, weight, samples, sampleHeights, sampleSlopes, sampleShares, conditional);
        }

        private double[] heights(int[] rows, boolean conditional) {
            double[] heights = new double[rows.length];
            for (int k = 0; k < rows.length; k++) {
                int i = rows[k];
                heights[k] = conditional ? z[i][labels[i]] : height[i];
            }
            return heights;
        }

        private void add(
                JointObjective objective,
                double weight,
                int[] rows,
                double[] heights,
                double[] slopes,
                double[] added,
                boolean conditional) {
            double penalty = objective.energyPenalty() / rows.length;
            for (int k = 0; k < rows.length; k++) {
                int i = rows[k];
                shares[i] += weight * added[k] + penalty * heights[k] * heights[k];
                double slope = weight * slopes[k] + 2 * penalty * heights[k];
                if (conditional) {
                    epsilon[i][labels[i]] += slope;
                } else {
                    for (int c = 0; c < p[i].length; c++) {
                        epsilon[i][c] += slope * p[i][c];
                    }
                }
            }
        }
    }
}
