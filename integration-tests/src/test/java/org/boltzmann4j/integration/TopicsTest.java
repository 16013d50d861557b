package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.units.Conditions;
import org.boltzmann4j.units.ReplicatedSoftmax;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Replicated softmax on documents whose truth is known: each is about one or two of five topics, a topic is a distribution
 * over 50 words of which ten are its own. With eight hidden units the likelihood is exact for every length of documents.
 * Held-out perplexity is {@code exp(- sum_d log p(words of d) / sum_d N_d)}.
 */
class TopicsTest {

    private static final int WORDS = 50;
    private static final int TOPICS = 5;
    private static final int HIDDEN = 8;

    /** Nine of ten words of a topic are its own, with unequal frequencies; the tenth is any word. */
    private static double[] topic(int t) {
        double[] distribution = new double[WORDS];
        Arrays.fill(distribution, 0.1 / WORDS);
        double sum =
                IntStream.rangeClosed(1, 10).mapToDouble(i -> 1.0 / (i + 2)).sum();
        for (int i = 0; i < 10; i++) {
            distribution[t * 10 + i] += 0.9 / (i + 3) / sum;
        }
        return distribution;
    }

    /** Word counts and, row by row, the distribution that the words were drawn from. */
    private record Corpus(List<double[]> counts, List<double[]> truth) {

        static Corpus of(int documents, Random random) {
            List<double[]> counts = new ArrayList<>();
            List<double[]> truth = new ArrayList<>();
            for (int d = 0; d < documents; d++) {
                double[] first = topic(random.nextInt(TOPICS));
                double[] second = topic(random.nextInt(TOPICS));
                double[] mixture = new double[WORDS];
                Arrays.setAll(mixture, w -> (first[w] + second[w]) / 2);
                double[] document = new double[WORDS];
                int length = 10 + random.nextInt(31);
                for (int n = 0; n < length; n++) {
                    document[draw(mixture, random)]++;
                }
                counts.add(document);
                truth.add(mixture);
            }
            return new Corpus(counts, truth);
        }

        private static int draw(double[] distribution, Random random) {
            double u = random.nextDouble();
            int word = 0;
            while (word < WORDS - 1 && u >= distribution[word]) {
                u -= distribution[word++];
            }
            return word;
        }

        double words() {
            return counts.stream().mapToDouble(TopicsTest::length).sum();
        }
    }

    private static double length(double[] document) {
        return Arrays.stream(document).sum();
    }

    private static Rbm trained(Corpus corpus) {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(0.01))
                .list()
                .layer(new RbmLayer.Builder()
                        .visible(new ReplicatedSoftmax())
                        .nOut(HIDDEN)
                        .negativePhase(PersistentContrastiveDivergence.of(1, 100))
                        .build())
                .layer(Digits.softmax().build())
                .setInputType(InputType.feedForward(WORDS))
                .build();
        MultiLayerNetwork network = Digits.initialised(configuration);
        List<DataSet> minibatches = new ArrayList<>();
        for (int from = 0; from < corpus.counts.size(); from += 50) {
            double[][] rows = corpus.counts.subList(from, from + 50).toArray(double[][]::new);
            minibatches.add(new DataSet(Nd4j.createFromArray(rows).castTo(Nd4j.defaultFloatingPointType()), null));
        }
        GreedyPretrainer.builder()
                .epochs(60)
                .reportProgress(false)
                .build()
                .pretrain(network, new ExistingDataSetIterator(minibatches));
        return RbmLayer.modelOf(network, 0);
    }

    private static INDArray hiddenStates() {
        double[][] states = new double[1 << HIDDEN][HIDDEN];
        for (int s = 0; s < states.length; s++) {
            for (int j = 0; j < HIDDEN; j++) {
                states[s][j] = (s >> j) & 1;
            }
        }
        return Nd4j.createFromArray(states);
    }

    private static double perplexity(Rbm rbm, Corpus corpus) {
        INDArray states = hiddenStates();
        double sum = 0;
        for (double[] document : corpus.counts) {
            Conditions at = Conditions.PLAIN.withDocumentLength(length(document));
            double logPartition = StableFunctions.logSumExp(
                    Arrays.stream(rbm.hiddenFreeEnergy(states, at)).map(f -> -f).toArray());
            sum -= rbm.freeEnergy(Nd4j.createFromArray(new double[][] {document}))[0] + logPartition;
        }
        return Math.exp(-sum / corpus.words());
    }

    private static double unigramPerplexity(Corpus train, Corpus heldOut) {
        double[] frequency = new double[WORDS];
        train.counts.forEach(document -> Arrays.setAll(frequency, w -> frequency[w] + document[w]));
        double total = train.words();
        double sum = 0;
        for (double[] document : heldOut.counts) {
            for (int w = 0; w < WORDS; w++) {
                sum += document[w] * Math.log(frequency[w] / total);
            }
        }
        return Math.exp(-sum / heldOut.words());
    }

    private static double truePerplexity(Corpus heldOut) {
        double sum = 0;
        for (int d = 0; d < heldOut.counts.size(); d++) {
            for (int w = 0; w < WORDS; w++) {
                sum += heldOut.counts.get(d)[w] * Math.log(heldOut.truth.get(d)[w]);
            }
        }
        return Math.exp(-sum / heldOut.words());
    }

    /** For each topic the greatest correlation of its words with the weights of a hidden unit, in size. */
    private static double[] recovered(Rbm rbm) {
        PearsonsCorrelation correlation = new PearsonsCorrelation();
        double[] best = new double[TOPICS];
        for (int t = 0; t < TOPICS; t++) {
            double[] isOwn = new double[WORDS];
            Arrays.fill(isOwn, t * 10, t * 10 + 10, 1);
            for (int j = 0; j < HIDDEN; j++) {
                double[] weights = rbm.weights().getColumn(j).toDoubleVector();
                best[t] = Math.max(best[t], Math.abs(correlation.correlation(weights, isOwn)));
            }
        }
        return best;
    }

    @Test
    void topicsAreFoundAndHeldOutDocumentsAreExpectedBetterThanByWordFrequencies() {
        Random random = new Random(8);
        Corpus train = Corpus.of(2000, random);
        Corpus heldOut = Corpus.of(300, random);
        Rbm rbm = trained(train);
        double found = perplexity(rbm, heldOut);
        double unigram = unigramPerplexity(train, heldOut);
        double truth = truePerplexity(heldOut);
        double[] recovered = recovered(rbm);
        System.out.printf(
                Locale.ROOT,
                "topics: perplexity %.2f, of word frequencies %.2f, of the truth %.2f; correlations %s%n",
                found,
                unigram,
                truth,
                Arrays.toString(Arrays.stream(recovered)
                        .map(r -> Math.rint(r * 100) / 100)
                        .toArray()));
        // At least half of the way, in nats for each word, from word frequencies to the mixtures that made the
        // documents.
        assertThat(Math.log(found)).isLessThan((Math.log(unigram) + Math.log(truth)) / 2);
        assertThat(Arrays.stream(recovered).min().orElseThrow()).isGreaterThan(0.6);
    }
}
