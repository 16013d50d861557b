package org.boltzmann4j.math;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a process goes on from, as named values. Whatever has state describes it once, in a method that passes every value
 * through a record and goes on with what comes back: a record to be written remembers the value and hands it back, a record
 * that was read hands out what it holds. So writing and reading cannot drift apart.
 *
 * <p>A record to be written holds the arrays themselves, no copies: it is valid until the process takes its next step.
 * Not thread-safe.
 */
public final class StateRecord {

    private final Map<String, String> scalars;
    private final Map<String, Object> arrays;
    private final boolean reading;
    private final String prefix;

    private StateRecord(Map<String, String> scalars, Map<String, Object> arrays, boolean reading, String prefix) {
        this.scalars = scalars;
        this.arrays = arrays;
        this.reading = reading;
        this.prefix = prefix;
    }

    /**
     * Makes an empty record to be written.
     *
     * @return a record that remembers what it is passed
     */
    public static StateRecord toWrite() {
        return new StateRecord(new LinkedHashMap<>(), new LinkedHashMap<>(), false, "");
    }

    /**
     * Makes a record of given values.
     *
     * @param scalars texts and numbers as text, by full name
     * @param arrays {@code double[]}, {@code long[]} and matrices, by full name; handed out as they are
     * @return a record that hands out the values
     */
    public static StateRecord toRead(Map<String, String> scalars, Map<String, Object> arrays) {
        return new StateRecord(scalars, arrays, true, "");
    }

    /**
     * A part of this record: names in it are names below its own.
     *
     * @param name of the part
     * @return the part, a view
     */
    public StateRecord in(String name) {
        return new StateRecord(scalars, arrays, reading, prefix + name + "/");
    }

    /**
     * Whether values come out of this record.
     *
     * @return false if they go in
     */
    public boolean isReading() {
        return reading;
    }

    /**
     * Returns the texts, and the numbers as text.
     *
     * @return by full name, unmodifiable
     */
    public Map<String, String> scalars() {
        return Collections.unmodifiableMap(scalars);
    }

    /**
     * Returns the arrays.
     *
     * @return {@code double[]}, {@code long[]} and matrices by full name, unmodifiable
     */
    public Map<String, Object> arrays() {
        return Collections.unmodifiableMap(arrays);
    }

    /**
     * Passes a text.
     *
     * @param name within this part
     * @param value at present
     * @return the value to go on with
     * @throws IllegalArgumentException if the record was read and has none
     */
    public String text(String name, String value) {
        if (!reading) {
            scalars.put(prefix + name, value);
            return value;
        }
        String held = scalars.get(prefix + name);
        if (held == null) {
            throw missing(name);
        }
        return held;
    }

    /**
     * Passes a whole number.
     *
     * @param name within this part
     * @param value at present
     * @return the value to go on with
     * @throws IllegalArgumentException if the record was read and has none
     */
    public long count(String name, long value) {
        String text = text(name, Long.toString(value));
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(prefix + name + " = \"" + text + "\", expected a whole number", e);
        }
    }

    /**
     * Passes a whole number within bounds.
     *
     * @param name within this part
     * @param value at present
     * @param least smallest value
     * @param greatest largest value
     * @return the value to go on with
     * @throws IllegalArgumentException if the record was read and has none, or one out of bounds
     */
    public int count(String name, int value, int least, int greatest) {
        long result = count(name, value);
        if (result < least || result > greatest) {
            throw new IllegalArgumentException(
                    prefix + name + " = " + result + ", expected a number from " + least + " to " + greatest);
        }
        return (int) result;
    }

    /**
     * Passes a real number, bit by bit.
     *
     * @param name within this part
     * @param value at present
     * @return the value to go on with
     * @throws IllegalArgumentException if the record was read and has none
     */
    public double number(String name, double value) {
        String text = text(name, Double.toString(value)); // as short as it can be, and exact
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(prefix + name + " = \"" + text + "\", expected a number", e);
        }
    }

    /**
     * Passes a truth value.
     *
     * @param name within this part
     * @param value at present
     * @return the value to go on with
     * @throws IllegalArgumentException if the record was read and has none
     */
    public boolean flag(String name, boolean value) {
        return count(name, value ? 1 : 0, 0, 1) == 1;
    }

    /**
     * Passes numbers of any count.
     *
     * @param name within this part
     * @param values at present, not modified
     * @return the numbers to go on with; from a record that was read an array that nobody else has
     * @throws IllegalArgumentException if the record was read and has none
     */
    public double[] numbers(String name, double[] values) {
        return pass(name, values, double[].class);
    }

    /**
     * Passes numbers into the array that holds them.
     *
     * @param name within this part
     * @param values overwritten by a record that was read
     * @throws IllegalArgumentException if the record was read and has none, or another count
     */
    public void numbersInto(String name, double[] values) {
        double[] held = numbers(name, values);
        requireLength(name, held.length, values.length);
        if (reading) {
            System.arraycopy(held, 0, values, 0, values.length);
        }
    }

    /**
     * Passes whole numbers of any count.
     *
     * @param name within this part
     * @param values at present, not modified
     * @return the numbers to go on with
     * @throws IllegalArgumentException if the record was read and has none
     */
    public long[] counts(String name, long[] values) {
        return pass(name, values, long[].class);
    }

    /**
     * Passes indices.
     *
     * @param name within this part
     * @param values at present, not modified
     * @param length expected count
     * @param end smallest number above all of them
     * @return the indices to go on with, each in {@code [0, end)}
     * @throws IllegalArgumentException if the record was read and has none, another count, or one out of bounds
     */
    public int[] indices(String name, int[] values, int length, int end) {
        long[] held = counts(name, Arrays.stream(values).asLongStream().toArray());
        requireLength(name, held.length, length);
        if (LongStream.of(held).anyMatch(index -> index < 0 || index >= end)) {
            throw new IllegalArgumentException(prefix + name + " holds an index out of [0, " + end + ")");
        }
        return LongStream.of(held).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * Passes a matrix of any number of rows.
     *
     * @param name within this part
     * @param value {@code [rows, columns]} at present, not modified
     * @return the matrix to go on with, of the same type and width; from a record that was read one that nobody else has
     * @throws IllegalArgumentException if the record was read and has none, or one of another type or width
     */
    public INDArray matrix(String name, INDArray value) {
        INDArray held = pass(name, value, INDArray.class);
        if (held.dataType() != value.dataType() || held.size(1) != value.size(1)) {
            throw new IllegalArgumentException(prefix + name + " holds " + held.dataType() + " "
                    + Arrays.toString(held.shape()) + ", expected " + value.dataType() + " [rows, " + value.size(1)
                    + "]");
        }
        return held;
    }

    /**
     * Returns a matrix of any type and shape from a record that was read.
     *
     * @param name within this part
     * @return one that nobody else has
     * @throws IllegalArgumentException if there is none
     */
    public INDArray heldMatrix(String name) {
        if (arrays.get(prefix + name) instanceof INDArray held) {
            return held;
        }
        throw missing(name);
    }

    /**
     * Passes a matrix or vector into the array that holds it.
     *
     * @param name within this part
     * @param value {@code [rows, columns]} or a vector, which counts as one row; overwritten by a record that was read
     * @throws IllegalArgumentException if the record was read and has none, or one of another type or shape
     */
    public void matrixInto(String name, INDArray value) {
        INDArray rows = value.rank() == 2 ? value : value.reshape(1, value.length());
        INDArray held = matrix(name, rows);
        requireLength(name, held.size(0), rows.size(0));
        if (reading) {
            value.assign(held.reshape(value.shape()));
        }
    }

    private <T> T pass(String name, T value, Class<T> type) {
        if (!reading) {
            arrays.put(prefix + name, value);
            return value;
        }
        Object held = arrays.get(prefix + name);
        if (!type.isInstance(held)) {
            throw missing(name);
        }
        return type.cast(held);
    }

    private void requireLength(String name, long held, long wanted) {
        if (held != wanted) {
            throw new IllegalArgumentException(
                    prefix + name + " holds " + held + " rows or numbers, expected " + wanted);
        }
    }

    private IllegalArgumentException missing(String name) {
        return new IllegalArgumentException("there is no " + prefix + name);
    }
}
