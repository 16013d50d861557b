package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.Objects;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;

/**
 * Integrated autocorrelation time of chains, {@code tau = 1 + 2 sum_t rho(t)}: the mean over n steps of a chain has the
 * variance {@code sigma^2 tau / n}, so that {@code n / tau} steps count like independent ones. Independent draws have 1, an
 * AR(1) process with the coefficient phi has {@code (1 + phi) / (1 - phi)}.
 *
 * <p>Estimator: autocovariances at lag t are averaged over all chains and divided by the number of pairs, around the mean of
 * all chains together, so that chains that each stay in a place of their own count as correlated. The sum ends at the
 * smallest window {@code W >= 5 tau(W)} (Sokal 1997), beyond which it gathers noise only. Where no window up to half of the
 * length is wide enough, the value is that of the widest one and only a lower bound.
 *
 * @param value tau in steps of the series; NaN where the series is constant
 * @param window the W at which the sum ended
 * @param length steps of the series
 * @param chains how many series were averaged
 * @param settled whether the window was wide enough; if not, the value is a lower bound
 */
public record AutocorrelationTime(double value, int window, int length, int chains, boolean settled) {

    /** Window in units of tau: the bias of the truncation is about exp(-5). */
    private static final double WINDOW = 5;

    /**
     * Estimates the time from parallel chains.
     *
     * @param series {@code [chains][steps]}, at least one chain and two steps, all of the same length; not modified
     * @return the estimate
     * @throws IllegalArgumentException if there is no chain, or a series is too short, of another length, or not finite
     */
    public static AutocorrelationTime of(double[][] series) {
        if (series.length == 0 || series[0].length < 2) {
            throw new IllegalArgumentException("autocorrelation time: " + series.length + " chains of "
                    + (series.length == 0 ? 0 : series[0].length) + " steps, expected at least 1 of at least 2");
        }
        int length = series[0].length;
        double mean = 0;
        for (double[] chain : series) {
            if (chain.length != length) {
                throw new IllegalArgumentException(
                        "autocorrelation time: a chain of " + chain.length + " steps, expected " + length);
            }
            mean += Arrays.stream(chain).sum();
        }
        mean /= (double) length * series.length;
        if (!Double.isFinite(mean)) {
            throw new IllegalArgumentException("autocorrelation time: mean = " + mean + ", expected finite states");
        }
        double variance = covariance(series, mean, 0);
        // A constant series leaves rounding of its mean only.
        if (variance <= 1e-24 * (1 + mean * mean)) {
            return new AutocorrelationTime(Double.NaN, 0, length, series.length, false);
        }
        double tau = 1;
        int window = 0;
        while (window < WINDOW * tau && window < length / 2) {
            window++;
            tau += 2 * covariance(series, mean, window) / variance;
        }
        return new AutocorrelationTime(tau, window, length, series.length, window >= WINDOW * tau);
    }

    /** Passes an estimate, or that there is none, through a record. */
    static @Nullable AutocorrelationTime carried(StateRecord record, @Nullable AutocorrelationTime now) {
        if (!record.flag("known", now != null)) {
            return null;
        }
        AutocorrelationTime given =
                Objects.requireNonNullElseGet(now, () -> new AutocorrelationTime(Double.NaN, 0, 0, 0, false));
        return new AutocorrelationTime(
                record.number("value", given.value),
                record.count("window", given.window, 0, Integer.MAX_VALUE),
                record.count("length", given.length, 0, Integer.MAX_VALUE),
                record.count("chains", given.chains, 0, Integer.MAX_VALUE),
                record.flag("settled", given.settled));
    }

    private static double covariance(double[][] series, double mean, int lag) {
        double sum = 0;
        for (double[] chain : series) {
            for (int t = lag; t < chain.length; t++) {
                sum += (chain[t] - mean) * (chain[t - lag] - mean);
            }
        }
        return sum / ((double) series.length * (series[0].length - lag));
    }

    /**
     * Says the same in a few words.
     *
     * @return for example {@code autocorrelation 12.3}, or {@code autocorrelation > 80} where it is a lower bound
     */
    public String summary() {
        return String.format(java.util.Locale.ROOT, settled ? "autocorrelation %.1f" : "autocorrelation > %.0f", value);
    }
}
