package org.boltzmann4j.examples;

import org.boltzmann4j.dl4j.JointEnergyModel;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.sampler.Box;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The middles of equal cells of a square, in rows from top to bottom, and a model of two features there. With the logits z, {@code log Z =
 * log sum_cells exp(logsumexp(z)) + log(area of a cell)}: the midpoint rule, exact to second order in the width of a cell.
 */
final class DensityGrid {

    private final int side;
    private final double cell;
    private final INDArray points;

    DensityGrid(Box box, int side) {
        this.side = side;
        this.cell = (box.upper() - box.lower()) / side;
        double[][] middles = new double[side * side][2];
        for (int i = 0; i < middles.length; i++) {
            int column = i % side;
            int row = i / side;
            middles[i][0] = box.lower() + (column + 0.5) * cell;
            middles[i][1] = box.upper() - (row + 0.5) * cell;
        }
        this.points = Nd4j.createFromArray(middles).castTo(DataType.FLOAT);
    }

    int side() {
        return side;
    }

    /** Log of the integral of {@code exp(logsumexp(z))} over the square, in nats. */
    double logPartition(JointEnergyModel model) {
        return StableFunctions.logSumExp(model.logDensity(points)) + 2 * Math.log(cell);
    }

    /** The density in every cell as a share of the largest one, {@code [cells]}. */
    float[] density(JointEnergyModel model) {
        double[] heights = model.logDensity(points);
        double largest = Double.NEGATIVE_INFINITY;
        for (double height : heights) {
            largest = Math.max(largest, height);
        }
        float[] shares = new float[heights.length];
        for (int i = 0; i < heights.length; i++) {
            shares[i] = (float) Math.exp(heights[i] - largest);
        }
        return shares;
    }

    /** The probability of the last class in every cell, {@code [cells]}. */
    float[] lastClass(JointEnergyModel model) {
        INDArray logProbabilities = model.logProbabilities(points);
        float[] shares = new float[(int) points.size(0)];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) Math.exp(logProbabilities.getDouble(i, logProbabilities.size(1) - 1));
        }
        return shares;
    }

    /** How many of the given points lie in every cell, as a share of the largest number, {@code [cells]}. */
    float[] counts(INDArray of, Box box) {
        float[] counts = new float[side * side];
        float largest = 1;
        for (int i = 0; i < of.size(0); i++) {
            int column = Math.min(side - 1, (int) ((of.getDouble(i, 0) - box.lower()) / cell));
            int row = Math.min(side - 1, (int) ((box.upper() - of.getDouble(i, 1)) / cell));
            largest = Math.max(largest, ++counts[row * side + column]);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] /= largest;
        }
        return counts;
    }
}
