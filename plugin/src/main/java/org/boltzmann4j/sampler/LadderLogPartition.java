package org.boltzmann4j.sampler;

import java.util.Arrays;
import java.util.Locale;

/**
 * log Z at the end of a ladder of models, which tempering has for free: the exact value at its beginning and
 * {@linkplain BennettRatio Bennett's ratios} from rung to rung. The states have to be samples of their rungs: if one misses a
 * mode, log Z is too small, a likelihood with it flattered, and the standard error does not tell. {@code Estimate.of} makes an
 * estimate of it.
 *
 * @param value log Z in nats; NaN where it is not known
 * @param standardError of the value; NaN where it is not known
 * @param effectiveSampleSize the least of any rung's, see {@link BennettRatio}
 * @param largestWeightShare the largest of any rung's
 */
public record LadderLogPartition(
        double value, double standardError, double effectiveSampleSize, double largestWeightShare) {

    private static final LadderLogPartition UNKNOWN =
            new LadderLogPartition(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /**
     * No statement.
     *
     * @return NaN throughout
     */
    public static LadderLogPartition unknown() {
        return UNKNOWN;
    }

    /**
     * At the beginning of a ladder.
     *
     * @param value log Z
     * @return the value without error
     */
    static LadderLogPartition exact(double value) {
        return new LadderLogPartition(value, 0, Double.POSITIVE_INFINITY, 0);
    }

    /** One rung on, whose states are others than those of the rungs before. */
    LadderLogPartition plus(BennettRatio ratio) {
        return new LadderLogPartition(
                value + ratio.logRatio(),
                Math.hypot(standardError, ratio.standardError()),
                Math.min(effectiveSampleSize, ratio.effectiveSampleSize()),
                Math.max(largestWeightShare, ratio.largestWeightShare()));
    }

    /**
     * Along a ladder of inverse temperatures, over the states of one sweep. A state has a part in the ratios to both sides, and swaps
     * tie the rungs of a chain together, so the error is that of a sum over chains, which are independent.
     *
     * @param atHottest log Z at the first rung
     * @param rungs which rows are where
     * @param slopes derivatives of {@code E_beta} by beta, one for each row
     */
    static LadderLogPartition alongLadder(double atHottest, Rungs rungs, double[] slopes) {
        int chains = rungs.chains();
        LadderLogPartition sum = exact(atHottest);
        double[] ofChains = new double[chains];
        for (int r = 0; r + 1 < rungs.count(); r++) {
            double step = rungs.inverseTemperature(r + 1) - rungs.inverseTemperature(r);
            double[] forward = Arrays.stream(rungs.rowsAt(r))
                    .mapToDouble(row -> step * slopes[row])
                    .toArray();
            double[] reverse = Arrays.stream(rungs.rowsAt(r + 1))
                    .mapToDouble(row -> -step * slopes[row])
                    .toArray();
            BennettRatio ratio = BennettRatio.of(forward, reverse);
            sum = sum.plus(ratio);
            double[] influences = ratio.influences(forward, reverse);
            Arrays.setAll(ofChains, chain -> ofChains[chain] + influences[chain] + influences[chains + chain]);
        }
        double squares = Arrays.stream(ofChains).map(x -> x * x).sum();
        double error = chains == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares * chains / (chains - 1));
        return new LadderLogPartition(sum.value, error, sum.effectiveSampleSize, sum.largestWeightShare);
    }

    /**
     * Whether there is a value.
     *
     * @return false where the ladder does not begin at a model whose log Z is known, or Bennett's ratio does not apply
     */
    public boolean isKnown() {
        return !Double.isNaN(value);
    }

    /** For example {@code log Z 23.41 +- 0.05 (effective sample size 61.3)}; without the size where the value is exact. */
    @Override
    public String toString() {
        String size = Double.isFinite(effectiveSampleSize)
                ? String.format(Locale.ROOT, " (effective sample size %.1f)", effectiveSampleSize)
                : "";
        return String.format(Locale.ROOT, "log Z %.2f +- %.2f%s", value, standardError, size);
    }
}
