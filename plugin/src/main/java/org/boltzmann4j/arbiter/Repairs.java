package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes note of every value of a point that was moved to a valid one. A space that threw instead would stop a search, or
 * keep it going without end.
 */
final class Repairs {

    private final List<String> notes = new ArrayList<>();

    void note(String what) {
        notes.add(what);
    }

    int atLeast(int least, String name, int value) {
        return within(least, Integer.MAX_VALUE, name, value);
    }

    int within(int least, int most, String name, int value) {
        int valid = Math.max(least, Math.min(most, value));
        if (valid != value) {
            note(name + ": " + value + " became " + valid);
        }
        return valid;
    }

    /** Values that are no number become the lower bound. */
    double within(double least, double most, String name, double value) {
        double valid = value >= least ? Math.min(most, value) : least;
        if (valid != value) {
            note(name + ": " + value + " became " + valid);
        }
        return valid;
    }

    /** What was drawn if the requirement accepts it, else something valid. */
    <T> T orElse(T drawn, Consumer<T> requirement, Supplier<? extends T> otherwise, String name) {
        String reason = refusal(drawn, requirement);
        if (reason == null) {
            return drawn;
        }
        T valid = otherwise.get();
        note(name + ": " + drawn + " became " + valid + ": " + reason);
        return valid;
    }

    /** Why a requirement refuses a value; null if it does not. */
    static <T> @Nullable String refusal(T drawn, Consumer<T> requirement) {
        try {
            requirement.accept(drawn);
            return null;
        } catch (IllegalArgumentException refused) {
            return refused.getMessage();
        }
    }

    List<String> notes() {
        return List.copyOf(notes);
    }
}
