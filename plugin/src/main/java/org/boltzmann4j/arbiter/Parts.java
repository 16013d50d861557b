package org.boltzmann4j.arbiter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;

/** Named parts of a space, in order. */
@SuppressWarnings("rawtypes") // as the host's interface asks for them
final class Parts {

    private Parts() {}

    /** Names and spaces by turns; spaces may be null. */
    static Map<String, @Nullable ParameterSpace> of(@Nullable Object... namesAndSpaces) {
        Map<String, @Nullable ParameterSpace> parts = new LinkedHashMap<>();
        for (int i = 0; i < namesAndSpaces.length; i += 2) {
            parts.put(String.valueOf(namesAndSpaces[i]), (ParameterSpace) namesAndSpaces[i + 1]);
        }
        return parts;
    }

    /** A list of spaces, each with its number; a single one with the name alone. */
    static Map<String, @Nullable ParameterSpace> numbered(String name, List<? extends ParameterSpace> spaces) {
        Map<String, @Nullable ParameterSpace> parts = new LinkedHashMap<>();
        for (int i = 0; i < spaces.size(); i++) {
            parts.put(spaces.size() == 1 ? name : name + " " + i, spaces.get(i));
        }
        return parts;
    }
}
