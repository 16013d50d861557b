package org.boltzmann4j.dl4j;

import org.boltzmann4j.sampler.LangevinReport;
import org.jspecify.annotations.Nullable;

/**
 * What a minibatch of joint training looked like before the update. Energies are {@code -logsumexp(z)}, in nats, up to the same
 * constant; with a conditional term alone, samples are those of {@code p(x | y)}.
 *
 * @param minibatch counted from 1 over all epochs
 * @param dataEnergy mean over the real rows, with data noise
 * @param sampleEnergy mean over the samples
 * @param noiseEnergy mean over a few rows of uniform noise in the box
 * @param langevin what the sampler reported
 * @param meanVisits age of the chains in visits, mean over the buffer; 0 without a buffer
 * @param restarts chains that started afresh
 * @param smallestClassShare share of the rarest class, as the network sees it, in the buffer (without one: in the samples), in
 *     [0, 1/classes]
 * @param classes number of classes
 */
public record JointTelemetry(
        long minibatch,
        double dataEnergy,
        double sampleEnergy,
        double noiseEnergy,
        LangevinReport langevin,
        double meanVisits,
        int restarts,
        double smallestClassShare,
        int classes) {

    /**
     * Returns by how much samples are less likely than data: near 0 or settled in a healthy training.
     *
     * @return {@code sampleEnergy - dataEnergy}
     */
    public double gap() {
        return sampleEnergy - dataEnergy;
    }

    /** Everything as numbers, for a checkpoint. */
    double[] numbers() {
        return new double[] {
            minibatch,
            dataEnergy,
            sampleEnergy,
            noiseEnergy,
            langevin.gradientNorm(),
            langevin.clippedShare(),
            langevin.edgeShare(),
            meanVisits,
            restarts,
            smallestClassShare,
            classes
        };
    }

    /**
     * The reverse of {@link #numbers}.
     *
     * @param numbers none for none
     * @throws IllegalArgumentException if there is another count of them
     */
    static @Nullable JointTelemetry of(double[] numbers) {
        if (numbers.length == 0) {
            return null;
        }
        if (numbers.length != 11) {
            throw new IllegalArgumentException("holds telemetry of " + numbers.length + " numbers, expected 11");
        }
        return new JointTelemetry(
                (long) numbers[0],
                numbers[1],
                numbers[2],
                numbers[3],
                new LangevinReport(numbers[4], numbers[5], numbers[6]),
                numbers[7],
                (int) numbers[8],
                numbers[9],
                (int) numbers[10]);
    }
}
