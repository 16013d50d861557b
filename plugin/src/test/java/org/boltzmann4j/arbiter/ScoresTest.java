package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.estimate.AnnealedImportanceSampling;
import org.boltzmann4j.estimate.BetaSchedule;
import org.boltzmann4j.estimate.LikelihoodReport;
import org.boltzmann4j.estimate.LogLikelihood;
import org.boltzmann4j.estimate.PseudoLikelihood;
import org.boltzmann4j.estimate.ReconstructionError;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

final class ScoresTest {

    /** Sums of 60 rows in single precision, taken in another order. */
    private static final double ROUNDING = 1e-5;

    private final Stripes data = new Stripes();
    private final Model model = trained();
    private final Rbm rbm = RbmLayer.modelOf(model, 0);

    private Model trained() {
        DbnSpace space = Spaces.indexed(Spaces.small());
        double[] point = new double[space.numParameters()];
        java.util.Arrays.fill(point, 0.7);
        return CandidateRecord.of(space.getValue(point), 5).train(data).model();
    }

    private double score(RbmScore.Measure measure) {
        return RbmScore.of(measure).score(model, Stripes.class, Stripes.ofRows(60));
    }

    static INDArray features(Object iterator) {
        List<INDArray> batches = new java.util.ArrayList<>();
        ((DataSetIterator) iterator).forEachRemaining(batch -> batches.add(batch.getFeatures()));
        return Nd4j.vstack(batches);
    }

    private double meanFreeEnergy(INDArray rows) {
        return java.util.Arrays.stream(rbm.freeEnergy(rows)).average().orElseThrow();
    }

    @Test
    void theReconstructionErrorIsThatOfTheTestRows() {
        assertThat(score(RbmScore.Measure.RECONSTRUCTION_ERROR))
                .isCloseTo(ReconstructionError.of(rbm, features(data.testData())), within(ROUNDING));
    }

    @Test
    void theGapIsTheFreeEnergyOfTestRowsMinusThatOfTrainingRows() {
        assertThat(score(RbmScore.Measure.FREE_ENERGY_GAP))
                .isCloseTo(
                        meanFreeEnergy(features(data.testData())) - meanFreeEnergy(features(data.trainData())),
                        within(ROUNDING));
    }

    @Test
    void thePseudoLikelihoodIsThatOfTheTestRows() {
        assertThat(score(RbmScore.Measure.PSEUDO_LIKELIHOOD))
                .isCloseTo(
                        PseudoLikelihood.exact(rbm, features(data.testData())).value(), within(ROUNDING));
        assertThat(RbmScore.of(RbmScore.Measure.PSEUDO_LIKELIHOOD).minimize()).isFalse();
    }

    @Test
    void theLikelihoodOfASmallModelIsExact() {
        LikelihoodReport report = LogLikelihood.withDefaults().of(rbm, features(data.testData()));
        assertThat(report.exact()).isNotNull();
        assertThat(score(RbmScore.Measure.LOG_LIKELIHOOD))
                .isCloseTo(report.exact().value(), within(ROUNDING));
    }

    @Test
    void theMiddleLiesBetweenTheEstimates() {
        LikelihoodReport report = LogLikelihood.withDefaults()
                .withoutExactValue()
                .withAnnealing(AnnealedImportanceSampling.of(BetaSchedule.denseNearOne(50), 10))
                .of(rbm, features(data.testData()));
        double highest =
                report.forward().stream().mapToDouble(run -> run.value()).max().orElseThrow();
        assertThat(RbmScore.middle(report)).isCloseTo((report.raise().value() + highest) / 2, within(ROUNDING));
    }

    @Test
    void secondsAreThoseOfPretrainingAndFineTuning() {
        TrainedCandidate candidate = new TrainedCandidate(model, null, 1.5, 2.25, List.of(), List.of());
        assertThat(new SecondsScore().score(candidate, data)).isEqualTo(3.75);
    }

    @Test
    void everyScoreStatesItsDirection() {
        assertThat(RbmScore.of(RbmScore.Measure.RECONSTRUCTION_ERROR).minimize())
                .isTrue();
        assertThat(RbmScore.of(RbmScore.Measure.FREE_ENERGY_GAP).minimize()).isTrue();
        assertThat(RbmScore.of(RbmScore.Measure.LOG_LIKELIHOOD).minimize()).isFalse();
        assertThat(new SecondsScore().minimize()).isTrue();
    }

    static Stream<ScoreFunction> scores() {
        return Stream.of(new SecondsScore(), new RbmScore(RbmScore.Measure.LOG_LIKELIHOOD, "lower"));
    }

    @ParameterizedTest
    @MethodSource("scores")
    void aScoreReadFromItsJsonIsEqual(ScoreFunction score) throws Exception {
        String json = JsonMapper.getMapper().writeValueAsString(score);
        assertThat(JsonMapper.getMapper().readValue(json, ScoreFunction.class)).isEqualTo(score);
    }
}
