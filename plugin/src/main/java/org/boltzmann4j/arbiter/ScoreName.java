package org.boltzmann4j.arbiter;

import java.util.Locale;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.ROCScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.RegressionScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.TestSetAccuracyScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.TestSetF1ScoreFunction;
import org.deeplearning4j.arbiter.scoring.impl.TestSetLossScoreFunction;

/** What people call a score. The host's scores have the names of their classes. */
@SuppressWarnings("deprecation") // some of the host's scores are, and are used
final class ScoreName {

    private ScoreName() {}

    static String of(ScoreFunction score) {
        if (score instanceof TrainedScore own) {
            return own.name();
        }
        if (score instanceof EvaluationScoreFunction evaluation) {
            return words(evaluation.getMetric());
        }
        if (score instanceof ROCScoreFunction curve) {
            return "area under the " + (curve.getMetric() == ROCScoreFunction.Metric.AUC ? "ROC" : "precision-recall")
                    + " curve";
        }
        if (score instanceof RegressionScoreFunction regression) {
            return String.valueOf(regression.getMetric());
        }
        if (score instanceof TestSetLossScoreFunction) {
            return "loss";
        }
        if (score instanceof TestSetAccuracyScoreFunction) {
            return "accuracy";
        }
        return score instanceof TestSetF1ScoreFunction ? "F1" : score.toString();
    }

    /** A constant's name in lower case, but for short ones, which are abbreviations. */
    static String words(Enum<?> constant) {
        String name = constant.name();
        return name.length() <= 3 ? name : name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
