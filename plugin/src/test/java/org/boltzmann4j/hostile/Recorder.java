package org.boltzmann4j.hostile;

/** A class that no file may name: it takes note of being initialised. {@link Witness} keeps the note, so that asking does not initialise this one. */
public final class Recorder {

    static {
        Witness.initialised = true;
    }

    private Recorder() {}

    /** Whether {@link Recorder} was initialised. */
    public static final class Witness {

        private static volatile boolean initialised;

        private Witness() {}

        public static boolean initialised() {
            return initialised;
        }
    }
}
