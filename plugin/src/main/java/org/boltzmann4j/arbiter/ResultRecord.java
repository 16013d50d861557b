package org.boltzmann4j.arbiter;

import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.api.saving.ResultReference;
import org.deeplearning4j.arbiter.optimize.runner.CandidateInfo;
import org.deeplearning4j.arbiter.optimize.runner.CandidateStatus;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * What became of a candidate, written down when it is done.
 *
 * @param status complete, failed or cancelled
 * @param score null unless complete
 * @param outcome how the training went, or null
 * @param failure stack trace or reason, or null
 */
record ResultRecord(
        CandidateStatus status, @Nullable Double score, @Nullable TrainingOutcome outcome, @Nullable String failure) {

    @JsonCreator
    ResultRecord(
            @JsonProperty("status") @Nullable CandidateStatus status,
            @JsonProperty("score") @Nullable Double score,
            @JsonProperty("outcome") @Nullable TrainingOutcome outcome,
            @JsonProperty("failure") @Nullable String failure) {
        if (status == null || (status == CandidateStatus.Complete) != (score != null)) {
            throw new IllegalArgumentException("result record: status = " + status + ", score = " + score
                    + ", expected a status, and a score if and only if it is complete");
        }
        this.status = status;
        this.score = score;
        this.outcome = outcome;
        this.failure = failure;
    }

    static ResultRecord of(OptimizationResult result) {
        CandidateInfo info = result.getCandidateInfo();
        return new ResultRecord(
                info.getCandidateStatus(),
                result.getScore(),
                result.getModelSpecificResults() instanceof TrainingOutcome outcome ? outcome : null,
                info.getExceptionStackTrace());
    }

    /** The result a task would have returned. */
    @SuppressWarnings("rawtypes") // as the host declares candidates
    OptimizationResult of(Candidate candidate, @Nullable ResultReference model) {
        CandidateInfo info = new CandidateInfo(
                candidate.getIndex(), status, score, 0, null, null, candidate.getFlatParameters(), failure);
        return new OptimizationResult(candidate, score, candidate.getIndex(), outcome, info, model);
    }
}
