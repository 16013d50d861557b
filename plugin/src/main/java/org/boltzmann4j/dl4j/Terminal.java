package org.boltzmann4j.dl4j;

import java.io.Console;
import java.time.Duration;
import java.util.Locale;

/** Whether and how progress is shown to a person. */
public final class Terminal {

    private Terminal() {}

    /**
     * Whether somebody watches: from Java 22 on there is a console even where output is redirected, and a method that tells.
     *
     * @return false where output goes to a file or another program
     */
    @SuppressWarnings("SystemConsoleNull") // the check for null is for older versions
    public static boolean isAttached() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException olderJava) {
            return true;
        }
    }

    /**
     * A duration for people.
     *
     * @param duration not negative
     * @return minutes, a colon and two digits of seconds
     */
    public static String minutesAndSeconds(Duration duration) {
        return String.format(Locale.ROOT, "%d:%02d", duration.toMinutes(), duration.toSecondsPart());
    }
}
