package org.boltzmann4j.hostile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Mutations of valid files, handed to a reader that has to read or refuse each of them in time.
 *
 * <p>The i-th mutation of a campaign depends on i and the seeds only, so that a failure is repeated by its number.
 */
public final class Fuzz {

    /** Mutations for each reader in every build; a few seconds for all readers. */
    public static final int GATE = 500;

    /** Mutations for each reader at night. */
    public static final int NIGHTLY = 10_000;

    /** Longest time for one file; a millisecond is usual, and the machine may be busy with something else. */
    private static final long MOST_NANOS = 5_000_000_000L;

    private static final int[] INTERESTING = {0, 1, -1, 127, 128, 255, 65535, Integer.MAX_VALUE, Integer.MIN_VALUE};

    private final Reader reader;
    private final List<Class<? extends Throwable>> refusals;
    private final List<byte[]> seeds;
    private final @Nullable UnaryOperator<Map<String, byte[]>> seal;

    private Fuzz(
            Reader reader,
            List<Class<? extends Throwable>> refusals,
            List<byte[]> seeds,
            @Nullable UnaryOperator<Map<String, byte[]>> seal) {
        this.reader = reader;
        this.refusals = refusals;
        this.seeds = seeds;
        this.seal = seal;
    }

    /** What is tried. */
    @FunctionalInterface
    public interface Reader {
        void read(byte[] file) throws Exception;
    }

    /** How many mutations were read and refused. */
    public record Outcome(int read, int refused) {}

    /**
     * Prepares a campaign.
     *
     * @param reader reads a file
     * @param refusal the exception, or a superclass of those, by which it refuses
     * @param seeds valid files; not modified
     */
    public static Fuzz of(Reader reader, Class<? extends Throwable> refusal, List<byte[]> seeds) {
        return new Fuzz(reader, List.of(refusal), List.copyOf(seeds), null);
    }

    /** The same campaign with one more exception that is a refusal. */
    public Fuzz refusingBy(Class<? extends Throwable> refusal) {
        List<Class<? extends Throwable>> more = new ArrayList<>(refusals);
        more.add(refusal);
        return new Fuzz(reader, more, seeds, seal);
    }

    /**
     * The same campaign on zips that have checksums in their entries: of the mutated ones three in four get right ones again, as somebody would
     * make them who means harm.
     */
    public Fuzz sealedBy(UnaryOperator<Map<String, byte[]>> checksums) {
        return new Fuzz(reader, refusals, seeds, checksums);
    }

    /**
     * Runs a campaign.
     *
     * @throws AssertionError if the reader refuses a seed, takes too long, or fails by anything but a refusal
     */
    public Outcome run(int mutations) {
        for (byte[] seed : seeds) {
            if (!read(seed, -1)) {
                throw new AssertionError("a valid file was refused");
            }
        }
        int read = 0;
        for (int i = 0; i < mutations; i++) {
            if (read(mutation(i), i)) {
                read++;
            }
        }
        return new Outcome(read, mutations - read);
    }

    /** Whether a file was read. */
    private boolean read(byte[] file, int number) {
        long start = System.nanoTime();
        boolean done = false;
        try {
            reader.read(file);
            done = true;
        } catch (Throwable e) {
            if (refusals.stream().noneMatch(refusal -> refusal.isInstance(e)) || number < 0) {
                throw new AssertionError("mutation " + number + " fails by " + e + ": " + start(file), e);
            }
        }
        long nanos = System.nanoTime() - start;
        if (nanos > MOST_NANOS) {
            throw new AssertionError("mutation " + number + " took " + nanos / 1e9 + " s: " + start(file));
        }
        return done;
    }

    private static String start(byte[] file) {
        return HexFormat.of().formatHex(file, 0, Math.min(file.length, 400));
    }

    private byte[] mutation(int number) {
        Random random = new Random(0x5eedL + number);
        byte[] seed = seeds.get(number % seeds.size());
        boolean zip = seed.length > 1 && seed[0] == 'P' && seed[1] == 'K';
        // Behind a checksum that is wrong no reader looks any further: most mutations of a zip are those of its
        // entries.
        return zip && random.nextInt(4) > 0 ? mutatedEntry(seed, random) : mutated(seed, random);
    }

    private byte[] mutatedEntry(byte[] zip, Random random) {
        Map<String, byte[]> entries = Zips.entries(zip);
        List<String> names = List.copyOf(entries.keySet());
        String name = names.get(random.nextInt(names.size()));
        entries.compute(name, (key, content) -> mutated(content, random));
        boolean asWritten = seal == null || random.nextInt(4) == 0;
        return Zips.zip(asWritten ? entries : seal.apply(entries), Zips.isStored(zip));
    }

    private byte[] mutated(byte[] file, Random random) {
        byte[] result = file.clone();
        boolean text = file.length > 0 && file[0] == '{';
        for (int changes = 1 + random.nextInt(3); changes > 0 && result.length > 0; changes--) {
            result = text && random.nextBoolean() ? mutatedText(result, random) : mutatedBytes(result, random);
        }
        return result;
    }

    private byte[] mutatedBytes(byte[] file, Random random) {
        // Sizes and names stand at the beginning: half of the changes go there.
        int end = random.nextBoolean() ? Math.min(file.length, 64) : file.length;
        int at = random.nextInt(end);
        int length = 1 + random.nextInt(Math.min(64, file.length - at));
        byte[] result = file.clone();
        switch (random.nextInt(7)) {
            case 0 -> result[at] = (byte) (result[at] ^ (1 << random.nextInt(8)));
            case 1 -> result[at] = (byte) random.nextInt(256);
            case 2 -> {
                int value = INTERESTING[random.nextInt(INTERESTING.length)];
                for (int i = 0; i < 4 && at + i < result.length; i++) {
                    result[at + i] = (byte) (value >> (24 - 8 * i));
                }
            }
            case 3 -> result = Arrays.copyOf(file, at);
            case 4 -> result = spliced(file, at, at + length, new byte[0]);
            case 5 -> result = spliced(file, at, at, Arrays.copyOfRange(file, at, at + length));
            default -> {
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                result = spliced(
                        file, at, file.length, Arrays.copyOfRange(other, Math.min(at, other.length), other.length));
            }
        }
        return result;
    }

    /** The file up to one place, then other bytes, then the file from another place on. */
    private static byte[] spliced(byte[] file, int from, int to, byte[] middle) {
        byte[] result = Arrays.copyOf(file, from + middle.length + file.length - to);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(file, to, result, from + middle.length, file.length - to);
        return result;
    }

    private static byte[] mutatedText(byte[] file, Random random) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        List<UnaryOperator<String>> changes = List.of(
                value -> "-" + value,
                value -> value + "e9",
                value -> "null",
                value -> "[]",
                value -> "{}",
                value -> "\"x\"",
                value -> "[" + value + "]",
                value -> "99999999999999999999",
                value -> "1e400",
                value -> "true");
        // A value follows a colon and ends before a comma, a bracket or a line's end.
        int colon = text.indexOf(" : ", random.nextInt(text.length()));
        if (colon < 0) {
            return mutatedNumber(text, random);
        }
        int from = colon + 3;
        int to = from;
        while (to < text.length() && ",}]\n".indexOf(text.charAt(to)) < 0) {
            to++;
        }
        String value = text.substring(from, to);
        UnaryOperator<String> change = changes.get(random.nextInt(changes.size()));
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        String other = quoted && random.nextBoolean()
                ? "\"" + change.apply(value.substring(1, value.length() - 1)).replace("\"", "") + "\""
                : change.apply(value);
        return (text.substring(0, from) + other + text.substring(to)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] mutatedNumber(String text, Random random) {
        String digit = String.valueOf(random.nextInt(10));
        int at = random.nextInt(text.length());
        return (text.substring(0, at) + text.substring(at).replaceFirst("[0-9]", digit))
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
