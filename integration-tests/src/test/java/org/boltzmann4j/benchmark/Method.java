package org.boltzmann4j.benchmark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.boltzmann4j.objective.ContrastiveDivergence;
import org.boltzmann4j.objective.NegativePhase;
import org.boltzmann4j.objective.ParallelTempering;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.boltzmann4j.sampler.Ladder;
import org.boltzmann4j.sampler.TemperingPath;

/**
 * A negative phase with as many chains as a minibatch has rows.
 *
 * @param kind CD, PCD or PT
 * @param count Gibbs sweeps of CD and PCD, rungs of PT
 * @param chains of each rung
 */
record Method(Kind kind, int count, int chains) {

    private static final Pattern NAME = Pattern.compile("(CD|PCD|PT)-(\\d+)");

    enum Kind {
        CD,
        PCD,
        PT
    }

    static Method parse(String name, int chains) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("method " + name + ": expected CD-k, PCD-k or PT-R");
        }
        return new Method(Kind.valueOf(matcher.group(1)), Integer.parseInt(matcher.group(2)), chains);
    }

    /** The path is that of PT alone. */
    NegativePhase negativePhase(TemperingPath path) {
        return switch (kind) {
            case CD -> ContrastiveDivergence.of(count);
            case PCD -> PersistentContrastiveDivergence.of(count, chains);
            case PT -> ParallelTempering.of(1, chains, Ladder.linear(count)).withPath(path);
        };
    }

    int sweeps() {
        return kind == Kind.PT ? 1 : count;
    }

    int rungs() {
        return kind == Kind.PT ? count : 1;
    }
}
