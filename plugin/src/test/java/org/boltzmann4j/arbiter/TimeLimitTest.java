package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.LogLikelihood;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

final class TimeLimitTest {

    @TempDir
    Path directory;

    @Test
    void aCandidateThatExceedsItsTimeIsGivenUpAndNotScored() {
        Search search = Search.of(
                Searches.configuration(Searches.Generators.RANDOM.make(), 2, directory),
                PretrainingTaskCreator.of(42).withTimeLimit(Duration.ofNanos(1)),
                directory);
        search.execute();
        assertThat(search.table().rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.status()).isEqualTo(CandidateStatus.Cancelled);
            assertThat(row.score()).isNull();
            assertThat(row.failure()).contains("time limit");
        });
    }

    /** Its training is done in a fraction of the limit, if the machine is not very busy. */
    @Test
    void theTimeOfACandidateHoldsForItsScoringToo() {
        ScoreFunction slow = new EvaluationScoreFunction(Evaluation.Metric.ACCURACY) {
            @Override
            public double score(MultiLayerNetwork network, DataSetIterator rows) {
                while (true) {
                    super.score(network, rows);
                    rows.reset();
                }
            }
        };
        assertThat(statusOf(slow)).isEqualTo(CandidateStatus.Cancelled);
    }

    private CandidateStatus statusOf(ScoreFunction score) {
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(Searches.Generators.RANDOM.make())
                .dataSource(Stripes.class, Stripes.ofRows(60))
                .scoreFunction(score)
                .terminationConditions(new MaxCandidatesCondition(1))
                .build();
        Search search = Search.of(
                configuration, PretrainingTaskCreator.of(42).withTimeLimit(Duration.ofMillis(1500)), directory);
        search.execute();
        return search.table().rows().get(0).status();
    }

    /** It would never end: nothing of it reads data. */
    @Test
    @Timeout(60)
    void theTimeOfACandidateEndsTheEstimateOfALikelihood() {
        INDArray rows = ScoresTest.features(new Stripes().testData());
        ScoreFunction endless = new TrainedScore() {
            @Override
            String name() {
                return "likelihood";
            }

            @Override
            public boolean minimize() {
                return false;
            }

            @Override
            public double score(TrainedCandidate candidate, DataSource data) {
                Rbm rbm = RbmLayer.modelOf(candidate.model(), 0);
                double likelihood = 0;
                while (!Double.isNaN(likelihood)) {
                    likelihood = LogLikelihood.withDefaults()
                            .withoutExactValue()
                            .of(rbm, rows)
                            .claim()
                            .value();
                }
                return likelihood;
            }
        };
        assertThat(statusOf(endless)).isEqualTo(CandidateStatus.Cancelled);
    }

    @Test
    void allDataOfAScoreLookAtTheClock() {
        TimedSource late = new TimedSource(new Stripes(), new TimeLimit(Duration.ofNanos(1)));
        assertThat(Stream.of(late.trainData(), late.testData(), late.unusualData(), late.testData(Map.of())))
                .allSatisfy(data -> assertThatThrownBy(() -> ((DataSetIterator) data).next())
                        .isInstanceOf(TimeLimitException.class));
        TimedSource early = new TimedSource(new Stripes(), new TimeLimit(null));
        assertThat(ScoresTest.features(early.testData())).isEqualTo(ScoresTest.features(new Stripes().testData()));
    }
}
