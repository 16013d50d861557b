package org.boltzmann4j.examples;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Principal component analysis: the directions of the largest variance of data.
 *
 * @param mean of the data, {@code [1, features]}
 * @param directions {@code [features, count]}, orthonormal columns, the largest variance first
 */
record PrincipalComponents(INDArray mean, INDArray directions) {

    /** The first directions of the rows of data. */
    static PrincipalComponents of(INDArray data, int count) {
        INDArray rows = data.castTo(DataType.DOUBLE);
        INDArray mean = rows.mean(true, 0);
        INDArray centered = rows.subRowVector(mean);
        INDArray covariance = Nd4j.gemm(centered, centered, true, false).divi(rows.size(0));
        EigenDecomposition solved =
                new EigenDecomposition(new Array2DRowRealMatrix(covariance.toDoubleMatrix(), false));
        double[][] columns = new double[count][];
        for (int i = 0; i < count; i++) {
            columns[i] = solved.getEigenvector(i).toArray(); // in descending order of their eigenvalues
        }
        return new PrincipalComponents(mean, Nd4j.createFromArray(columns).transpose());
    }

    /** {@code (x - mean) directions}. */
    INDArray codes(INDArray data) {
        return data.castTo(DataType.DOUBLE).subRowVector(mean).mmul(directions);
    }

    /** {@code mean + code directions'}. */
    INDArray decoded(INDArray codes) {
        return codes.mmul(directions.transpose()).addiRowVector(mean);
    }
}
