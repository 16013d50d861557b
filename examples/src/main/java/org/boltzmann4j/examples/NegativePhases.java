package org.boltzmann4j.examples;

import java.util.Arrays;
import java.util.Locale;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.objective.TrajectoryTempering;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Negative phases on the command line: {@code cd:K}, {@code pcd:K:CHAINS}, {@code pt:K:CHAINS:RUNGS}, from base rates with evenly
 * spaced rungs, or {@code ptt:K:CHAINS}, trajectory tempering by its standard rules.
 */
final class NegativePhases implements ITypeConverter<NegativePhase> {

    static final String FORM = "cd:K|pcd:K:CHAINS|pt:K:CHAINS:RUNGS|ptt:K:CHAINS";

    @Override
    public NegativePhase convert(String text) {
        String[] parts = text.split(":", -1);
        try {
            int[] counts =
                    Arrays.stream(parts).skip(1).mapToInt(Integer::parseInt).toArray();
            return switch (parts[0].toLowerCase(Locale.ROOT) + counts.length) {
                case "cd1" -> ContrastiveDivergence.of(counts[0]);
                case "pcd2" -> PersistentContrastiveDivergence.of(counts[0], counts[1]);
                case "ptt2" -> TrajectoryTempering.of(counts[0], counts[1]);
                case "pt3" ->
                    ParallelTempering.of(counts[0], counts[1], Ladder.linear(counts[2]))
                            .withPath(TemperingPath.BASE_RATES);
                default -> throw new TypeConversionException("expected " + FORM + ", got \"" + text + "\"");
            };
        } catch (NumberFormatException e) {
            throw new TypeConversionException("expected " + FORM + " with whole numbers, got \"" + text + "\"");
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("\"" + text + "\": " + e.getMessage());
        }
    }
}
