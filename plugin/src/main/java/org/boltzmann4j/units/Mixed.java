package org.boltzmann4j.units;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.boltzmann4j.math.Counts;
import org.boltzmann4j.math.StrictCount;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A visible layer of parts with different types, side by side: pixels and a class label, real-valued and categorical
 * columns. Given the hidden units the parts are independent: energy terms and cumulants are sums over the parts, means and
 * samples are the parts' own.
 *
 * @param parts in the order of the columns, at least one
 */
public record Mixed(List<Part> parts) implements Unit {

    private static final long serialVersionUID = 1;

    /**
     * Some neighbouring columns of one type.
     *
     * @param units their type; neither mixed itself nor the word counts of documents, whose length would have to scale
     *     the bias of all hidden units
     * @param width number of columns, at least 1
     */
    public record Part(Unit units, Integer width) implements java.io.Serializable {

        private static final long serialVersionUID = 1;

        /**
         * Checks type and width.
         *
         * @throws IllegalArgumentException if one is missing or does not fit
         */
        @JsonCreator
        public Part(
                @JsonProperty("units") @Nullable Unit units,
                @JsonProperty("width") @StrictCount @Nullable Integer width) {
            if (units == null) {
                throw new IllegalArgumentException(
                        "mixed units: the units of a part are missing, expected a unit type");
            }
            if (units instanceof Mixed || units instanceof ReplicatedSoftmax) {
                throw new IllegalArgumentException("mixed units: a part of type " + units + ", expected another type:"
                        + (units instanceof Mixed
                                ? " list its parts instead"
                                : " word counts scale the hidden biases by the length of the document, so they have to"
                                        + " be the whole layer"));
            }
            this.units = units;
            this.width = Counts.requirePositive(width, "mixed units: width of a part");
            units.requireWidth(this.width);
        }

        /**
         * Some columns of one type.
         *
         * @param units their type
         * @param width number of columns
         * @return the part
         * @throws IllegalArgumentException if the type does not fit
         */
        public static Part of(Unit units, int width) {
            return new Part(units, width);
        }
    }

    /**
     * Checks and copies the parts.
     *
     * @throws IllegalArgumentException if there is none
     */
    @JsonCreator
    public Mixed(@JsonProperty("parts") @Nullable List<Part> parts) {
        if (parts == null || parts.isEmpty() || parts.stream().anyMatch(part -> part == null)) {
            throw new IllegalArgumentException(
                    "mixed units: parts = " + parts + ", expected at least one, none missing");
        }
        this.parts = List.copyOf(parts);
    }

    /**
     * A mixed layer.
     *
     * @param parts in the order of the columns
     * @return the unit type
     * @throws IllegalArgumentException if there is none
     */
    public static Mixed of(Part... parts) {
        return new Mixed(List.of(parts));
    }

    /** What is done with the columns of one part: each array handed over is that part's copy. */
    @FunctionalInterface
    private interface PartAction {
        void apply(Unit units, double[] first, double[] second);
    }

    /** Calls the action for every part with its columns of both rows, and writes those of the first row back. */
    private void forEach(double[] first, double[] second, PartAction action) {
        int from = 0;
        for (Part part : parts) {
            int to = from + part.width();
            double[] mine = Arrays.copyOfRange(first, from, to);
            action.apply(part.units(), mine, Arrays.copyOfRange(second, from, to));
            System.arraycopy(mine, 0, first, from, mine.length);
            from = to;
        }
    }

    @Override
    public void mean(double[] weightedInput, double[] bias, Conditions at, double[] mean) {
        System.arraycopy(weightedInput, 0, mean, 0, mean.length);
        forEach(mean, bias, (units, x, b) -> units.mean(x, b, at, x));
    }

    @Override
    public void sample(double[] weightedInput, double[] bias, Conditions at, SplittableRandom random, double[] sample) {
        System.arraycopy(weightedInput, 0, sample, 0, sample.length);
        forEach(sample, bias, (units, x, b) -> units.sample(x, b, at, random, x));
    }

    @Override
    public void meanAndSample(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            SplittableRandom random,
            double[] mean,
            double[] sample) {
        sample(weightedInput, bias, at, random, sample);
        mean(weightedInput, bias, at, mean);
    }

    @Override
    public void meanOfUnknown(double[] weightedInput, double[] bias, Conditions at, boolean[] known, double[] state) {
        forEachKnown(weightedInput, bias, known, state, (units, t, b, k, x) -> units.meanOfUnknown(t, b, at, k, x));
    }

    @Override
    public void sampleUnknown(
            double[] weightedInput,
            double[] bias,
            Conditions at,
            boolean[] known,
            SplittableRandom random,
            double[] state) {
        forEachKnown(
                weightedInput, bias, known, state, (units, t, b, k, x) -> units.sampleUnknown(t, b, at, k, random, x));
    }

    /** What is done with the columns of one part: each array handed over is that part's copy. */
    @FunctionalInterface
    private interface KnownPartAction {
        void apply(Unit units, double[] input, double[] bias, boolean[] known, double[] state);
    }

    /** Calls the action for every part with its columns, and writes those of the state back. */
    private void forEachKnown(double[] input, double[] bias, boolean[] known, double[] state, KnownPartAction action) {
        int[] from = new int[1];
        forEach(state, bias, (units, x, b) -> {
            int to = from[0] + x.length;
            action.apply(units, Arrays.copyOfRange(input, from[0], to), b, Arrays.copyOfRange(known, from[0], to), x);
            from[0] = to;
        });
    }

    @Override
    public void sampleGivenMean(double[] mean, SplittableRandom random, double[] sample) {
        System.arraycopy(mean, 0, sample, 0, sample.length);
        forEach(sample, mean, (units, x, same) -> units.sampleGivenMean(x, random, x));
    }

    @Override
    public double energyTerm(double[] state, double[] bias, double inverseTemperature) {
        double[] sum = new double[1];
        forEach(state.clone(), bias, (units, x, b) -> sum[0] += units.energyTerm(x, b, inverseTemperature));
        return sum[0];
    }

    @Override
    public double logBaseMeasure(double[] state, double inverseTemperature) {
        double[] sum = new double[1];
        forEach(state.clone(), state, (units, x, same) -> sum[0] += units.logBaseMeasure(x, inverseTemperature));
        return sum[0];
    }

    @Override
    public boolean hasTemperedBaseMeasure() {
        return parts.stream().anyMatch(part -> part.units().hasTemperedBaseMeasure());
    }

    @Override
    public double cumulant(double[] weightedInput, double[] bias, Conditions at) {
        double[] sum = new double[1];
        forEach(weightedInput.clone(), bias, (units, x, b) -> sum[0] += units.cumulant(x, b, at));
        return sum[0];
    }

    @Override
    public void backpropagate(double[] totalInput, double[] epsilon) {
        forEach(epsilon, totalInput, (units, e, z) -> units.backpropagate(z, e));
    }

    @Override
    public int countBounded(double[] weightedInput, double[] bias, Conditions at) {
        int[] count = new int[1];
        forEach(weightedInput.clone(), bias, (units, x, b) -> count[0] += units.countBounded(x, b, at));
        return count[0];
    }

    @Override
    public double scale(int i) {
        int from = 0;
        for (Part part : parts) {
            if (i < from + part.width()) {
                return part.units().scale(i - from);
            }
            from += part.width();
        }
        throw new IndexOutOfBoundsException("mixed units: unit " + i + " of " + from);
    }

    @Override
    public boolean isUnscaled() {
        return parts.stream().allMatch(part -> part.units().isUnscaled());
    }

    @Override
    public boolean learnsScales() {
        return parts.stream().anyMatch(part -> part.units().learnsScales());
    }

    @Override
    public double[] initialLogVariances(int width) {
        double[] result = new double[width];
        forEach(
                result,
                result,
                (units, z, same) -> System.arraycopy(units.initialLogVariances(z.length), 0, z, 0, z.length));
        return result;
    }

    @Override
    public Mixed withLogVariances(double[] logVariances) {
        return with(logVariances, Unit::withLogVariances);
    }

    @Override
    public Mixed withScales(double[] scales) {
        return with(scales, Unit::withScales);
    }

    private Mixed with(double[] values, BiFunction<Unit, double[], Unit> change) {
        int[] from = {0};
        return new Mixed(parts.stream()
                .map(part -> {
                    double[] own = Arrays.copyOfRange(values, from[0], from[0] + part.width());
                    from[0] += part.width();
                    return Part.of(change.apply(part.units(), own), own.length);
                })
                .toList());
    }

    @Override
    public void bound(double[] logVariances) {
        forEach(logVariances, logVariances, (units, z, same) -> units.bound(z));
    }

    @Override
    public double[] biasesForMeans(double[] means) {
        double[] bias = means.clone();
        forEach(bias, bias, (units, m, same) -> System.arraycopy(units.biasesForMeans(m), 0, m, 0, m.length));
        return bias;
    }

    /** Whether some part accepts the value; {@link #firstRefused} knows which part it belongs to. */
    @Override
    public boolean accepts(double value) {
        return parts.stream().anyMatch(part -> part.units().accepts(value));
    }

    @Override
    public int firstRefused(double[] row) {
        int from = 0;
        for (Part part : parts) {
            int refused = part.units().firstRefused(Arrays.copyOfRange(row, from, from + part.width()));
            if (refused >= 0) {
                return from + refused;
            }
            from += part.width();
        }
        return -1;
    }

    @Override
    public String expectation() {
        return IntStream.range(0, parts.size())
                .mapToObj(p -> "in part " + (p + 1) + " " + parts.get(p).units().expectation())
                .collect(Collectors.joining(", "));
    }

    @Override
    public Unit typeOf(int i) {
        int from = 0;
        for (Part part : parts) {
            if (i < from + part.width()) {
                return part.units();
            }
            from += part.width();
        }
        throw new IndexOutOfBoundsException("mixed units: unit " + i + " of " + from);
    }

    @Override
    public Tail tail() {
        return parts.stream()
                .map(part -> part.units().tail())
                .max(Tail::compareTo)
                .orElseThrow();
    }

    @Override
    public void requireWidth(long width) {
        int sum = parts.stream().mapToInt(Part::width).sum();
        if (sum != width) {
            throw new IllegalArgumentException(
                    "mixed units: parts of " + sum + " units for a layer of " + width + ", expected " + width);
        }
    }
}
