package org.boltzmann4j.examples;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The class of the nearest of the known points of a plane: how far codes of two numbers keep classes apart. */
final class NearestNeighbour {

    private final double[][] points;
    private final int[] classes;

    /** Known points, in the order of their first number, so that a search can end early. */
    NearestNeighbour(INDArray codes, int... classes) {
        double[][] rows = codes.toDoubleMatrix();
        Integer[] order = new Integer[rows.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(rows[a][0], rows[b][0]));
        this.points = new double[rows.length][];
        this.classes = new int[rows.length];
        for (int i = 0; i < order.length; i++) {
            points[i] = rows[order[i]];
            this.classes[i] = classes[order[i]];
        }
    }

    /** Share of points whose nearest known point has their class. */
    double accuracy(INDArray codes, int... truth) {
        double[][] rows = codes.toDoubleMatrix();
        int right = 0;
        for (int i = 0; i < rows.length; i++) {
            right += classOf(rows[i]) == truth[i] ? 1 : 0;
        }
        return (double) right / rows.length;
    }

    private int classOf(double[] point) {
        int low = 0;
        int high = points.length;
        while (low < high) {
            int middle = (low + high) / 2;
            if (points[middle][0] < point[0]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int nearest = -1;
        double least = Double.POSITIVE_INFINITY;
        int left = low - 1;
        int right = low;
        while (left >= 0 || right < points.length) {
            double toLeft = left >= 0 ? point[0] - points[left][0] : Double.POSITIVE_INFINITY;
            double toRight = right < points.length ? points[right][0] - point[0] : Double.POSITIVE_INFINITY;
            double along = Math.min(toLeft, toRight);
            if (along * along >= least) {
                break;
            }
            int next = toLeft < toRight ? left-- : right++;
            double across = points[next][1] - point[1];
            double distance = along * along + across * across;
            if (distance < least) {
                least = distance;
                nearest = next;
            }
        }
        return classes[nearest];
    }
}
