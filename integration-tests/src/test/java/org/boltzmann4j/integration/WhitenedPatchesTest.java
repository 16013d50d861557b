package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.stat.correlation.Covariance;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.LearnedGaussian;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Gaussian units on real-valued data: patches of 6 x 6 pixels of the digits, whitened by their principal components. With 12
 * hidden units the log-likelihood is exact; whitened data have unit variance, so a standard normal model has the
 * log-likelihood {@code -(D/2)(1 + log 2 pi)}, and what is left to gain are the dependencies and the heavy tails.
 */
class WhitenedPatchesTest {

    private static final int SIDE = 6;
    private static final int COMPONENTS = 15;
    private static final int HIDDEN = 12;
    private static final double[][] PATCHES = whitened(4_000);

    /** Patches that hold some ink, at random places of random digits. */
    private static double[][] patches(int count) {
        INDArray digits = Digits.train().featureMatrix();
        Random random = new Random(1);
        List<double[]> patches = new ArrayList<>();
        while (patches.size() < count) {
            int digit = random.nextInt((int) digits.size(0));
            int top = random.nextInt(28 - SIDE);
            int left = random.nextInt(28 - SIDE);
            double[] patch = new double[SIDE * SIDE];
            for (int i = 0; i < patch.length; i++) {
                patch[i] = digits.getDouble(digit, (top + i / SIDE) * 28 + left + i % SIDE);
            }
            if (Arrays.stream(patch).sum() > 3) {
                patches.add(patch);
            }
        }
        return patches.toArray(double[][]::new);
    }

    private static double[][] whitened(int count) {
        RealMatrix patches = new Array2DRowRealMatrix(patches(count));
        RealMatrix covariance = new Covariance(patches, false).getCovarianceMatrix();
        EigenDecomposition components = new EigenDecomposition(covariance);
        double[][] result = new double[count][COMPONENTS];
        for (int c = 0; c < COMPONENTS; c++) {
            double[] projections = patches.operate(components.getEigenvector(c)).toArray();
            double mean = Arrays.stream(projections).average().orElseThrow();
            double scale = 1 / Math.sqrt(components.getRealEigenvalue(c));
            for (int row = 0; row < count; row++) {
                result[row][c] = (projections[row] - mean) * scale;
            }
        }
        return result;
    }

    private static DataSetIterator minibatches() {
        List<DataSet> minibatches = new ArrayList<>();
        for (int from = 0; from < PATCHES.length; from += 100) {
            INDArray rows = Nd4j.createFromArray(Arrays.copyOfRange(PATCHES, from, from + 100));
            minibatches.add(new DataSet(rows.castTo(Nd4j.defaultFloatingPointType()), null));
        }
        return new ExistingDataSetIterator(minibatches);
    }

    private static Rbm trained(Unit visible, IUpdater updater, int epochs) {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(updater)
                .list()
                .layer(new RbmLayer.Builder().visible(visible).nOut(HIDDEN).build())
                .layer(Digits.softmax().build())
                .setInputType(InputType.feedForward(COMPONENTS))
                .build();
        MultiLayerNetwork network = Digits.initialised(configuration);
        GreedyPretrainer.builder().epochs(epochs).reportProgress(false).build().pretrain(network, minibatches());
        return RbmLayer.modelOf(network, 0);
    }

    /** Exact, by the sum over all hidden states. */
    private static double meanLogLikelihood(Rbm rbm) {
        double[][] states = new double[1 << HIDDEN][HIDDEN];
        for (int s = 0; s < states.length; s++) {
            for (int j = 0; j < HIDDEN; j++) {
                states[s][j] = (s >> j) & 1;
            }
        }
        double logPartition = StableFunctions.logSumExp(
                Arrays.stream(rbm.hiddenFreeEnergy(Nd4j.createFromArray(states), Conditions.PLAIN))
                        .map(f -> -f)
                        .toArray());
        double meanFreeEnergy = Arrays.stream(rbm.freeEnergy(Nd4j.createFromArray(PATCHES)))
                .average()
                .orElseThrow();
        return -meanFreeEnergy - logPartition;
    }

    private static double standardNormal() {
        return -COMPONENTS / 2.0 * (1 + Math.log(2 * Math.PI));
    }

    static List<IUpdater> updaters() {
        return List.of(new Sgd(), new Nesterovs(0.05, 0.5));
    }

    /** The host's default rate, and that of the README's program. */
    @ParameterizedTest
    @MethodSource("updaters")
    void standardisedDataTrainWithoutDivergenceAtTheDefaultSettings(IUpdater updater) {
        Rbm rbm = trained(Gaussian.of(1), updater, 10);
        double found = meanLogLikelihood(rbm);
        System.out.printf(
                Locale.ROOT,
                "whitened patches, sigma 1, %s: %.3f nats, standard normal %.3f%n",
                updater,
                found,
                standardNormal());
        // With sigma 1 hidden units can only add to the variance, which is 1 already: little can be gained, and less
        // than
        // a tenth of a nat for each component may be lost to the noise of the gradient.
        assertThat(found).isBetween(standardNormal() - 0.1 * COMPONENTS, standardNormal() + COMPONENTS);
    }

    @Test
    void learnedDeviationsEndWithinTheirBoundsAndModelTheHeavyTails() {
        ISchedule falling = new ExponentialSchedule(ScheduleType.ITERATION, 0.1, Math.pow(0.02, 1.0 / 4000));
        Rbm rbm = trained(LearnedGaussian.standard(), new Sgd(falling), 100);
        double[] sigma = rbm.visible().scales(COMPONENTS);
        double found = meanLogLikelihood(rbm);
        System.out.printf(
                Locale.ROOT,
                "whitened patches, learned sigma %.3f to %.3f: %.3f nats, standard normal %.3f%n",
                Arrays.stream(sigma).min().orElseThrow(),
                Arrays.stream(sigma).max().orElseThrow(),
                found,
                standardNormal());
        assertThat(Arrays.stream(sigma).boxed()).allSatisfy(s -> assertThat(s).isBetween(0.1, 10.0));
        // What the hidden units explain is no longer left to sigma; the likelihood is exact, so any gain is one.
        assertThat(Arrays.stream(sigma).min().orElseThrow()).isLessThan(0.7);
        assertThat(found).isGreaterThan(standardNormal() + 0.1);
    }
}
