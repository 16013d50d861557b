package org.boltzmann4j.hostile;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A class that no file may name: it takes note of being initialised. {@link Witness} keeps the note, so that asking does not initialise this one. */
public final class Recorder {

    static {
        Witness.note("Recorder");
    }

    private Recorder() {}

    /** Another one, for a second test in the same JVM: a class is initialised once. */
    public static final class Other {

        static {
            Witness.note("Other");
        }

        private Other() {}
    }

    /** Who was initialised. */
    public static final class Witness {

        private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

        private Witness() {}

        private static void note(String name) {
            SEEN.add(name);
        }

        public static boolean sawRecorder() {
            return SEEN.contains("Recorder");
        }

        public static boolean sawOther() {
            return SEEN.contains("Other");
        }
    }
}
