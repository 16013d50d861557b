package org.boltzmann4j.estimate;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@link LogLikelihood} found: of an RBM its mean log-likelihood of data, of a deep belief network of several RBMs a lower bound of
 * it ({@link DeepBeliefBound}). Prints as several lines for people.
 *
 * @param quantity what was estimated in words
 * @param model the model and the data in words
 * @param treatment what was done to the data in words
 * @param rows number of rows
 * @param exact the value with the exact log Z, or null if log Z is only estimated; of a deep belief network with the error of its
 *     draws of hidden states
 * @param forward one estimate for each forward run, from above
 * @param raise the estimate from below, or null if the value is exact
 * @param warnings why the estimates may not be trusted, one sentence each; also logged
 */
public record LikelihoodReport(
        String quantity,
        String model,
        String treatment,
        long rows,
        @Nullable Estimate exact,
        List<Estimate> forward,
        @Nullable Estimate raise,
        List<String> warnings) {

    /** Copies the lists. */
    public LikelihoodReport {
        forward = List.copyOf(forward);
        warnings = List.copyOf(warnings);
    }

    /**
     * What may be claimed: the exact value, or the lowest of the forward runs and RAISE.
     *
     * @return the estimate
     */
    public Estimate claim() {
        if (exact != null) {
            return exact;
        }
        Estimate lowest = Objects.requireNonNull(raise);
        for (Estimate run : forward) {
            lowest = run.value() < lowest.value() ? run : lowest;
        }
        return lowest;
    }

    /**
     * The distance of the highest forward run from RAISE, below 0 if they crossed; 0 for exact values.
     *
     * @return nats
     */
    public double width() {
        if (exact != null) {
            return 0;
        }
        double highest = forward.stream().mapToDouble(Estimate::value).max().orElseThrow();
        return highest - Objects.requireNonNull(raise).value();
    }

    /** Several lines for people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(Locale.ROOT, "%s of %,d rows in nats, %s; data: %s%n", quantity, rows, model, treatment));
        if (exact != null) {
            text.append(String.format(Locale.ROOT, "  exact    %10.3f", exact.value()));
            return text.append(
                            exact.standardError() == 0
                                    ? ""
                                    : String.format(Locale.ROOT, " +- %.3f", exact.standardError()))
                    .toString();
        }
        for (Estimate run : forward) {
            text.append(line("AIS", run, "from above"));
        }
        text.append(line("RAISE", Objects.requireNonNull(raise), "from below"));
        text.append(String.format(Locale.ROOT, "  claim    %10.3f, width %.3f", claim().value(), width()));
        warnings.forEach(warning ->
                text.append(System.lineSeparator()).append("  warning: ").append(warning));
        return text.toString();
    }

    private static String line(String name, Estimate estimate, String side) {
        return String.format(
                Locale.ROOT,
                "  %-8s %10.3f +- %.3f %s, effective sample size %.1f, largest weight share %.3f%n",
                name,
                estimate.value(),
                estimate.standardError(),
                side,
                estimate.effectiveSampleSize(),
                estimate.largestWeightShare());
    }
}
