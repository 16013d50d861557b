package org.boltzmann4j.exact;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.Unit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A small model with units of any type in one layer and binary ones in the other, whose states are enumerated; the energies
 * are those of {@link Rbm}, which the reference values hold.
 *
 * @param rbm the model, in double precision
 * @param binaryHidden whether the hidden layer is the binary one
 */
public record SmallModel(Rbm rbm, boolean binaryHidden) {

    /**
     * Random weights; the biases of the binary units are set so that their means are from 0.3 on, spread over a third: no
     * state of theirs is certain, and none of their states is the mirror image of another.
     */
    public static SmallModel random(
            Unit visible, Unit hidden, int width, int hiddenWidth, double spread, double documentLength, long seed) {
        Random random = new Random(seed);
        double[][] weights = new double[width][hiddenWidth];
        for (double[] row : weights) {
            Arrays.setAll(row, j -> spread * random.nextGaussian());
        }
        double[] visibleBias = random.doubles(width, -0.9, 0.6).toArray();
        double[] hiddenBias = random.doubles(hiddenWidth, -0.6, 0.7).toArray();
        boolean binaryHidden = hidden instanceof Bernoulli;
        double[] bias = binaryHidden ? hiddenBias : visibleBias;
        Conditions at = Conditions.PLAIN.withDocumentLength(documentLength);
        SmallModel model = null;
        for (int step = 0; step < 40; step++) {
            model = new SmallModel(
                    Rbm.of(
                            visible,
                            hidden,
                            Nd4j.createFromArray(weights),
                            Nd4j.createFromArray(visibleBias),
                            Nd4j.createFromArray(hiddenBias)),
                    binaryHidden);
            double[] probabilities = model.probabilities(at);
            for (int i = 0; i < bias.length; i++) {
                double mean = 0;
                for (int s = 0; s < probabilities.length; s++) {
                    mean += ((s >> i) & 1) * probabilities[s];
                }
                double wanted = 0.3 + 0.33 * i / bias.length;
                bias[i] += 0.7 * (logOdds(wanted) - logOdds(mean)) / documentLength;
            }
        }
        return model;
    }

    /**
     * What is left when some visible units have given values: given these, the others and the hidden units are a smaller model
     * in whose hidden biases the weights of the known units have gone.
     *
     * @param known which visible units
     * @param values of the known ones
     * @param rest type of the unknown units
     * @param documentLength N of the whole document where the units count words
     */
    public SmallModel given(boolean[] known, double[] values, Unit rest, double documentLength) {
        double[][] weights = rbm.weights().toDoubleMatrix();
        double[] bias = rbm.hiddenBias().toDoubleVector();
        int[] unknown = IntStream.range(0, known.length).filter(i -> !known[i]).toArray();
        double words = documentLength;
        for (int j = 0; j < bias.length; j++) {
            bias[j] *= rbm.visible().countsWords() ? documentLength : 1;
            for (int i = 0; i < known.length; i++) {
                bias[j] += known[i]
                        ? rbm.hidden().scale(j) * values[i] / rbm.visible().scale(i) * weights[i][j]
                        : 0;
            }
        }
        for (int i = 0; i < known.length; i++) {
            words -= known[i] ? values[i] : 0;
        }
        if (rbm.visible().countsWords()) {
            for (int j = 0; j < bias.length; j++) {
                bias[j] /= words;
            }
        }
        double[] visibleBias = rbm.visibleBias().toDoubleVector();
        return new SmallModel(
                Rbm.of(
                        rest,
                        rbm.hidden(),
                        Nd4j.createFromArray(
                                Arrays.stream(unknown).mapToObj(i -> weights[i]).toArray(double[][]::new)),
                        Nd4j.createFromArray(Arrays.stream(unknown)
                                .mapToDouble(i -> visibleBias[i])
                                .toArray()),
                        Nd4j.createFromArray(bias)),
                binaryHidden);
    }

    private static double logOdds(double probability) {
        double p = Math.max(1e-9, Math.min(1 - 1e-9, probability));
        return Math.log(p / (1 - p));
    }

    /** Probabilities of the binary layer's states, with bit i of the index for unit i. */
    public double[] probabilities(Conditions at) {
        double[] logs = logWeights(at);
        double max = Arrays.stream(logs).max().orElseThrow();
        double sum = Arrays.stream(logs).map(log -> Math.exp(log - max)).sum();
        return Arrays.stream(logs).map(log -> Math.exp(log - max) / sum).toArray();
    }

    public double logPartition(Conditions at) {
        double[] logs = logWeights(at);
        double max = Arrays.stream(logs).max().orElseThrow();
        return max
                + Math.log(Arrays.stream(logs).map(log -> Math.exp(log - max)).sum());
    }

    private double[] logWeights(Conditions at) {
        INDArray states =
                Nd4j.createFromArray(ExactRbm.binaryStates(binaryHidden ? rbm.hiddenWidth() : rbm.visibleWidth()));
        double[] freeEnergy =
                binaryHidden ? rbm.hiddenFreeEnergy(states, at) : rbm.freeEnergy(states, at.inverseTemperature());
        return Arrays.stream(freeEnergy).map(f -> -f).toArray();
    }

    /** Independent draws of the binary layer. */
    public INDArray binaryStates(int rows, Conditions at, Random random) {
        double[] probabilities = probabilities(at);
        double[][] all = ExactRbm.binaryStates(binaryHidden ? rbm.hiddenWidth() : rbm.visibleWidth());
        return Nd4j.createFromArray(IntStream.range(0, rows)
                .mapToObj(row -> {
                    double u = random.nextDouble();
                    int s = 0;
                    while (s < probabilities.length - 1 && u >= probabilities[s]) {
                        u -= probabilities[s++];
                    }
                    return all[s];
                })
                .toArray(double[][]::new));
    }
}
