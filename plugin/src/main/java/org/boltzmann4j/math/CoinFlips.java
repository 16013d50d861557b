package org.boltzmann4j.math;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Rows of zeros and ones with given probabilities, in single precision, faster than one draw after the other: every loop
 * is one that the JIT compiler turns into vector instructions.
 *
 * <p>The uniform number of a unit is a function of the row's 64-bit key and the unit's index: a permutation of the 32-bit
 * integers, of the form found by Wellons (2018), once keyed before and once in between. It has 23 bits, so a probability
 * is met to within {@code 2^-24}, the rounding of a float near 1. Both it and the probability are compared as integers: a
 * float in [1, 2) carries its fraction in the lower 23 bits, which a copy between buffers makes visible. Not thread-safe.
 */
public final class CoinFlips {

    private static final int ONE = Float.floatToRawIntBits(1f);

    /** Far apart for neighbouring units: the fractional part of the golden ratio in 32 bits. */
    private static final int GOLDEN = 0x9e3779b9;

    private final int[] counters;
    private final int[] uniforms;
    private final int[] bits;
    private final float[] shifted;
    private final FloatBuffer asFloats;
    private final IntBuffer asBits;

    /**
     * Allocates the scratch for rows of one width.
     *
     * @param width number of units
     */
    public CoinFlips(int width) {
        this.counters = new int[width];
        for (int i = 0; i < width; i++) {
            counters[i] = i * GOLDEN;
        }
        this.uniforms = new int[width];
        this.bits = new int[width];
        this.shifted = new float[width];
        ByteBuffer scratch = ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, width))
                .order(ByteOrder.nativeOrder());
        this.asFloats = scratch.asFloatBuffer();
        this.asBits = scratch.asIntBuffer();
    }

    /**
     * Draws one row.
     *
     * @param probability {@code [width]}, values in [0, 1]; not modified unless it is the result. NaN counts as 1
     * @param key of the row; the same key, the same draws
     * @param result {@code [width]}, overwritten with zeros and ones; may be {@code probability}
     */
    public void flip(float[] probability, long key, float[] result) {
        fillUniforms((int) key, (int) (key >>> 32));
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] = probability[i] + 1f;
        }
        asFloats.put(0, shifted);
        asBits.get(0, bits);
        for (int i = 0; i < bits.length; i++) {
            // The sign of a difference, spread over the word: all ones where the uniform is below the probability.
            int below = (uniforms[i] + ONE - bits[i]) >> 31;
            bits[i] = below & ONE;
        }
        asBits.put(0, bits);
        asFloats.get(0, result);
    }

    private void fillUniforms(int first, int second) {
        for (int i = 0; i < uniforms.length; i++) {
            int z = counters[i] + first;
            z = (z ^ (z >>> 16)) * 0x7feb352d;
            z = (z ^ (z >>> 15)) * 0x846ca68b;
            z = ((z ^ (z >>> 16)) + second) * 0x21f0aaad;
            uniforms[i] = (z ^ (z >>> 15)) >>> 9;
        }
    }
}
