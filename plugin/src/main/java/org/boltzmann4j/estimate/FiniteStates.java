package org.boltzmann4j.estimate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.boltzmann4j.math.StableFunctions;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Binomial;
import org.boltzmann4j.units.Mixed;
import org.boltzmann4j.units.Softmax;
import org.boltzmann4j.units.Unit;
import org.jspecify.annotations.Nullable;

/**
 * The states of a layer with finitely many of them, numbered: a state is a number whose digits are the values of binary
 * and binomial units and the categories of softmax groups, the first digit being the fastest.
 */
final class FiniteStates {

    /** Some neighbouring units that take one of {@code values} states together. */
    private record Digit(int column, int values, boolean category) {

        /** {@code log C(n, value)} for binomial units, 0 for the others. */
        double logBaseMeasure(int value) {
            return category || values <= 2
                    ? 0
                    : StableFunctions.logFactorial(values - 1)
                            - StableFunctions.logFactorial(value)
                            - StableFunctions.logFactorial(values - 1 - value);
        }

        int columnOf(int value) {
            return category ? column + value : column;
        }

        double factorOf(int value) {
            return category ? 1 : value;
        }
    }

    private final List<Digit> digits;

    private FiniteStates(List<Digit> digits) {
        this.digits = digits;
    }

    /** The states of a layer, or null if they are not finitely many or their number depends on the document. */
    static @Nullable FiniteStates of(Unit unit, int width) {
        List<Digit> digits = new ArrayList<>();
        return add(unit, 0, width, digits) ? new FiniteStates(digits) : null;
    }

    private static boolean add(Unit unit, int from, int width, List<Digit> digits) {
        if (unit instanceof Softmax softmax) {
            for (int column = from; column < from + width; column += softmax.groupSize()) {
                digits.add(new Digit(column, softmax.groupSize(), true));
            }
            return true;
        }
        if (unit instanceof Bernoulli || unit instanceof Binomial) {
            int values = unit instanceof Binomial binomial ? binomial.copies() + 1 : 2;
            for (int column = from; column < from + width; column++) {
                digits.add(new Digit(column, values, false));
            }
            return true;
        }
        if (unit instanceof Mixed mixed) {
            int column = from;
            for (Mixed.Part part : mixed.parts()) {
                if (!add(part.units(), column, part.width(), digits)) {
                    return false;
                }
                column += part.width();
            }
            return true;
        }
        return false;
    }

    /** Their number, exact up to 2^53 and infinite beyond the doubles. */
    double count() {
        double count = 1;
        for (Digit digit : digits) {
            count *= digit.values();
        }
        return count;
    }

    int digits() {
        return digits.size();
    }

    /** How many values a digit takes. */
    int values(int digit) {
        return digits.get(digit).values();
    }

    /** The value that a digit has in a state. */
    int read(int digit, double[] state) {
        Digit read = digits.get(digit);
        if (!read.category()) {
            return (int) state[read.column()];
        }
        int value = 0;
        while (state[read.column() + value] == 0) {
            value++;
        }
        return value;
    }

    /** Whether the units' values are one of the states. */
    boolean contains(double[] state) {
        double[] same = new double[state.length];
        for (int d = 0; d < digits.size(); d++) {
            Digit digit = digits.get(d);
            if (digit.category() && IntStream.range(0, digit.values()).allMatch(q -> state[digit.column() + q] == 0)) {
                return false;
            }
            int value = read(d, state);
            if (value < 0 || value >= digit.values()) {
                return false;
            }
            write(d, d + 1, value, same);
        }
        return Arrays.equals(state, same);
    }

    /** {@code bias . state} plus the log base measure of one digit at a value. */
    double logTerm(int digit, int value, double[] bias) {
        Digit at = digits.get(digit);
        return at.logBaseMeasure(value) + at.factorOf(value) * bias[at.columnOf(value)];
    }

    /**
     * Changes a weighted input by giving one digit another value.
     *
     * @param rows {@code [width][n]}, the row of each unit, not modified
     * @param input {@code [n]}, changed in place
     */
    void exchange(int digit, int oldValue, int newValue, double[][] rows, double[] input) {
        Digit at = digits.get(digit);
        double[] oldRow = rows[at.columnOf(oldValue)];
        double[] newRow = rows[at.columnOf(newValue)];
        double less = at.factorOf(oldValue);
        double more = at.factorOf(newValue);
        for (int i = 0; i < input.length; i++) {
            input[i] += more * newRow[i] - less * oldRow[i];
        }
    }

    /** How many of the first digits together have at most so many states. */
    int digitsWithin(int mostStates) {
        int count = 0;
        long states = 1;
        while (count < digits.size() && states * digits.get(count).values() <= mostStates) {
            states *= digits.get(count).values();
            count++;
        }
        return count;
    }

    /** The number of states of some of the digits. */
    int count(int fromDigit, int toDigit) {
        int count = 1;
        for (Digit digit : digits.subList(fromDigit, toDigit)) {
            count = Math.multiplyExact(count, digit.values());
        }
        return count;
    }

    /**
     * Adds what some of the digits contribute in the given one of their states.
     *
     * @param number of the state of these digits
     * @param rows {@code [width][n]}, the row of each unit
     * @param into {@code [n]}, to which the rows are added, times the units' values
     * @param bias {@code [width]}
     * @return log base measure plus {@code bias . state} of these digits
     */
    double add(int fromDigit, int toDigit, int number, double[][] rows, double[] into, double[] bias) {
        double term = 0;
        int rest = number;
        for (Digit digit : digits.subList(fromDigit, toDigit)) {
            int value = rest % digit.values();
            rest /= digit.values();
            int column = digit.columnOf(value);
            double factor = digit.factorOf(value);
            term += digit.logBaseMeasure(value) + factor * bias[column];
            if (factor != 0) {
                double[] row = rows[column];
                for (int i = 0; i < into.length; i++) {
                    into[i] += factor * row[i];
                }
            }
        }
        return term;
    }

    /** Writes the units' values of some of the digits in the given one of their states. */
    void write(int fromDigit, int toDigit, int number, double[] state) {
        int rest = number;
        for (Digit digit : digits.subList(fromDigit, toDigit)) {
            int value = rest % digit.values();
            rest /= digit.values();
            if (digit.category()) {
                for (int q = 0; q < digit.values(); q++) {
                    state[digit.column() + q] = q == value ? 1 : 0;
                }
            } else {
                state[digit.column()] = value;
            }
        }
    }
}
