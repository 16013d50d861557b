package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ParallelInferenceTest {

    @ParameterizedTest
    @EnumSource(InferenceMode.class)
    void callersOfParallelInferenceGetTheOutputsOfTheNetwork(InferenceMode mode)
            throws ExecutionException, InterruptedException {
        MultiLayerNetwork network = Digits.pretrained();
        network.fit(Digits.batches(), 2);
        INDArray features = Digits.testFeatures();
        ParallelInference parallel = new ParallelInference.Builder(network)
                .inferenceMode(mode)
                .workers(2)
                .batchLimit(8)
                .build();
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            List<Future<INDArray>> answers = new ArrayList<>();
            for (int from = 0; from < 100; from += 5) {
                INDArray rows = rows(features, from);
                answers.add(callers.submit(() -> parallel.output(rows)));
            }
            for (int i = 0; i < answers.size(); i++) {
                INDArray expected = network.output(rows(features, 5 * i));
                // Requests may be joined to other batches, in which sums of floats come in another order.
                assertThat(answers.get(i).get().equalsWithEps(expected, 1e-5))
                        .as("rows from %d on", 5 * i)
                        .isTrue();
            }
        } finally {
            callers.shutdownNow();
            parallel.shutdown();
        }
    }

    private static INDArray rows(INDArray features, int from) {
        return features.get(NDArrayIndex.interval(from, from + 5), NDArrayIndex.all())
                .dup('c');
    }
}
