package org.boltzmann4j.dl4j;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.boltzmann4j.hostile.Recorder;
import org.boltzmann4j.hostile.Zips;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;

/** Zips of models made to do harm: to load a class, to take memory or time, to write elsewhere, or just damaged. By name. */
final class HostileModels {

    private static final String RECORDER = Recorder.class.getName();

    private final byte[] good;
    private final String json;
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private HostileModels(byte[] good) {
        this.good = good;
        this.json = new String(Zips.entries(good).get("configuration.json"), StandardCharsets.UTF_8);
    }

    /** A network of 4-3-3 units in single precision with its zip. */
    static byte[] good() {
        return bytes(Networks.stack(DataType.FLOAT, 4, 3));
    }

    static byte[] bytes(MultiLayerNetwork network) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ModelSerializer.writeModel(network, bytes, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static String json(MultiLayerNetwork network) {
        return network.getLayerWiseConfigurations().toJson();
    }

    static Map<String, byte[]> all() {
        HostileModels all = new HostileModels(good());
        all.foreignClasses().forEach((name, text) -> all.configured(name, text));
        all.javaSerialisation();
        all.names();
        all.configurations();
        all.arrays();
        all.bombs();
        all.damage();
        return all.files;
    }

    /** Configurations that name {@link Recorder} in every place where the host's mapper looks for a class. */
    static Map<String, String> foreignConfigurations() {
        return new HostileModels(good()).foreignClasses();
    }

    private Map<String, String> foreignClasses() {
        Map<String, String> result = new LinkedHashMap<>();
        result.put("a layer of a foreign class", json.replaceFirst("org.boltzmann4j.dl4j.RbmLayer", RECORDER));
        result.put(
                "a foreign class with escapes in its property",
                json.replaceFirst(
                        "\"@class\" : \"org.boltzmann4j.dl4j.RbmLayer\"", "\"\\\\u0040class\" : \"" + RECORDER + "\""));
        result.put(
                "an activation of a foreign class",
                json.replaceFirst("org.nd4j.linalg.activations.impl.Activation\\w*", RECORDER));
        result.put("an updater of a foreign class", json.replaceFirst("org.nd4j.linalg.learning.config.Sgd", RECORDER));
        result.put(
                "a distribution of a foreign class",
                replaced(
                        "weightInitFn",
                        "{\"@class\":\"org.deeplearning4j.nn.weights.WeightInitDistribution\","
                                + "\"distribution\":{\"type\":\"" + RECORDER + "\"}}"));
        result.put("a class as the first of an array", replaced("weightInitFn", "[\"" + RECORDER + "\", {}]"));
        result.put("a class alone in an array", replaced("regularization", "[[\"" + RECORDER + "\"]]"));
        result.put(
                "a second class beside a good one",
                json.replaceFirst("\"@class\"", "\"@class\":\"" + RECORDER + "\",\"@class\""));
        result.put("a class of the JDK", json.replaceFirst("org.boltzmann4j.dl4j.RbmLayer", "javax.swing.JEditorPane"));
        result.put(
                "a class of a package that only starts like one",
                json.replaceFirst("org.boltzmann4j.dl4j.RbmLayer", "org.boltzmann4j.dl4jx.RbmLayer"));
        result.put(
                "generics in the name of a class",
                json.replaceFirst("org.boltzmann4j.dl4j.RbmLayer", "org.deeplearning4j.nn.conf.X<" + RECORDER + ">"));
        return result;
    }

    /** The value of the first property of this name, whatever it was. */
    private String replaced(String property, String value) {
        String changed = json.replaceFirst(
                "\"" + property + "\" : (\\{[^{}]*\\}|\\[[^\\[\\]]*\\]|[^,\\n]*)",
                "\"" + property + "\" : " + value.replace("$", "\\$"));
        if (changed.equals(json)) {
            throw new IllegalStateException("no " + property + " in " + json);
        }
        return changed;
    }

    private void configured(String name, String text) {
        files.put(name, Zips.with(good, "configuration.json", text.getBytes(StandardCharsets.UTF_8)));
    }

    private void javaSerialisation() {
        files.put(
                "a preprocessor by Java serialisation",
                Zips.with(good, "preprocessor.bin", new byte[] {(byte) 0xac, (byte) 0xed}));
        files.put(
                "an object by Java serialisation",
                Zips.with(good, "objects/anything", new byte[] {(byte) 0xac, (byte) 0xed}));
    }

    private void names() {
        for (String name : new String[] {
            "../evil",
            "/etc/evil",
            "configuration.json/",
            "Configuration.json",
            "a\\..\\b",
            "x\u0000y",
            "x".repeat(60_000)
        }) {
            files.put("an entry called " + HostileModels.shortened(name), Zips.with(good, name, new byte[3]));
        }
        files.put("two configurations", twice());
        for (String name : new String[] {"configuration.json", "coefficients.bin"}) {
            files.put("no " + name, Zips.without(good, name));
        }
        files.put("a directory of a million bytes", manyEntries());
    }

    private static String shortened(String name) {
        return name.substring(0, Math.min(name.length(), 20));
    }

    /** An entry renamed to a name of the same length that is there already. */
    private byte[] twice() {
        byte[] zip = Zips.with(good, "configuration.jsox", json.getBytes(StandardCharsets.UTF_8));
        String latin = new String(zip, StandardCharsets.ISO_8859_1);
        return latin.replace("configuration.jsox", "configuration.json").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] manyEntries() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int i = 0; i < 20_000; i++) {
                out.putNextEntry(new ZipEntry("e" + i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void configurations() {
        configured("a configuration of nothing", "");
        configured("a configuration that is an array", "[]");
        configured("a configuration without layers", "{}");
        configured("a configuration with no layers", "{\"confs\":[]}");
        configured("a configuration that ends early", json.substring(0, json.length() / 2));
        configured("a configuration that goes on", json + json);
        configured("a configuration nested deeply", "{\"a\":".repeat(100_000));
        configured("a configuration of long arrays", "{\"confs\":[" + "{},".repeat(600_000) + "{}]}");
        configured("a configuration that is too long", "{\"a\":\"" + "x".repeat(5 << 20) + "\"}");
        configured("a number of a million digits", "{\"seed\":" + "1".repeat(1_000_000) + "}");
        configured("a layer of 2^62 parameters", json.replaceAll("\"n(in|out)\" : \\d", "\"n$1\" : 2147483648"));
        configured(
                "a layer whose number of parameters overflows",
                json.replaceAll("\"n(in|out)\" : \\d", "\"n$1\" : 4294967296"));
        configured("a layer of less than nothing", json.replaceAll("\"n(in|out)\" : \\d", "\"n$1\" : -7"));
        configured("a layer of a billion parameters", json.replaceAll("\"n(in|out)\" : \\d", "\"n$1\" : 32000"));
        configured(
                "weights of a loss that say to be longer than they are",
                json.replaceFirst(
                        "\"@class\" : \"org.nd4j.linalg.lossfunctions.impl.LossMCXENT\"",
                        "$0,\"weights\":{\"dataType\":\"FLOAT\",\"shape\":[1,1000000000],\"data\":[1]}"));
        configured(
                "weights of a loss whose length is text",
                json.replaceFirst(
                        "\"@class\" : \"org.nd4j.linalg.lossfunctions.impl.LossMCXENT\"",
                        "$0,\"weights\":{\"dataType\":\"FLOAT\",\"shape\":[1,\"1000000000\"],\"data\":[1]}"));
        configured(
                "bounding boxes of two billion numbers",
                json.replaceFirst(
                        "\"@class\" : \"org.boltzmann4j.dl4j.RbmLayer\"",
                        "\"@class\":\"org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer\",\"boundingBoxes\":"
                                + "{\"dataBuffer\":[],\"rankField\":2,\"numElements\":2147483647,\"offsetField\":0}"));
        files.put(
                "a configuration that is no text",
                Zips.with(good, "configuration.json", new byte[] {'{', (byte) 0xff, '}'}));
    }

    private void arrays() {
        array("parameters of 2^40 numbers", header(8, "LONG", "MIXED_DATA_TYPES", 1L << 40, "FLOAT"));
        array("parameters of 2^63 - 1 numbers", header(8, "LONG", "MIXED_DATA_TYPES", Long.MAX_VALUE, "FLOAT"));
        array("parameters of a negative length", header(8, "LONG", "MIXED_DATA_TYPES", -31, "FLOAT"));
        array("parameters of a type without numbers", header(8, "LONG", "MIXED_DATA_TYPES", 31, "UTF8"));
        array("parameters that are integers", header(8, "LONG", "MIXED_DATA_TYPES", 31, "LONG"));
        array("parameters of another precision", header(8, "LONG", "MIXED_DATA_TYPES", 31, "DOUBLE"));
        array("parameters of no type", header(8, "LONG", "MIXED_DATA_TYPES", 31, "QUAD"));
        array("parameters of no kind", header(8, "LONG", "MAGIC", 31, "FLOAT"));
        array("parameters of a long shape", header(1 << 30, "LONG", "MIXED_DATA_TYPES", 31, "FLOAT"));
        array("a shape of text", header(8, "UTF8", "MIXED_DATA_TYPES", 31, "FLOAT"));
        array("parameters that end early", header(8, "LONG", "MIXED_DATA_TYPES", 31, "FLOAT"));
        array("no parameters at all", new byte[0]);
        files.put(
                "parameters that go on",
                Zips.with(
                        good,
                        "coefficients.bin",
                        Arrays.copyOf(Zips.entries(good).get("coefficients.bin"), 5000)));
        files.put(
                "a state of the updater that nobody needs",
                Zips.with(good, "updaterState.bin", header(8, "LONG", "MIXED_DATA_TYPES", 1L << 40, "FLOAT")));
    }

    private void array(String name, byte[] content) {
        files.put(name, Zips.with(good, "coefficients.bin", content));
    }

    /** Header of an array, with 50 bytes of numbers. */
    private static byte[] header(long shapeLength, String shapeType, String kind, long length, String type) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF("LONG_SHAPE");
            out.writeLong(shapeLength);
            out.writeUTF(shapeType);
            for (long number : new long[] {2, 1, length, 1, 1, 0, 1, 'c'}) {
                out.writeLong(number);
            }
            out.writeUTF(kind);
            out.writeLong(length);
            out.writeUTF(type);
            out.write(new byte[50]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void bombs() {
        byte[] zeros = new byte[48 << 20];
        files.put("48 MB of zeros for a configuration", Zips.with(good, "configuration.json", zeros));
        byte[] bomb = Zips.with(good, "coefficients.bin", zeros);
        files.put("48 MB of zeros for parameters", bomb);
        byte[] liar = bomb.clone();
        for (int at = 0; at < liar.length - 4; at++) { // every place where a size of 48 MB is told
            if (little(liar).getInt(at) == zeros.length) {
                little(liar).putInt(at, 300);
            }
        }
        files.put("48 MB of zeros that say to be 300 bytes", liar);
        byte[] boaster = good.clone();
        int size = Zips.entries(good).get("coefficients.bin").length;
        for (int at = 0; at < boaster.length - 4; at++) {
            if (little(boaster).getInt(at) == size) {
                little(boaster).putInt(at, -2);
            }
        }
        files.put("parameters that say to be 4 GB", boaster);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void damage() {
        files.put("nothing", new byte[0]);
        files.put("text", "no zip at all, but some bytes of text".getBytes(StandardCharsets.UTF_8));
        IntStream.range(1, 40)
                .forEach(i -> files.put("cut to " + i + " of 40", Arrays.copyOf(good, good.length * i / 40)));
        files.put("cut by one byte", Arrays.copyOf(good, good.length - 1));
        files.put("one byte longer", Arrays.copyOf(good, good.length + 1));
        byte[] flipped = good.clone();
        flipped[good.length / 3] ^= 8; // within the compressed data of the configuration
        files.put("one bit flipped", flipped);
    }

    /** Reads files in a small JVM. Arguments: a good file, a directory of hostile ones, seconds for each; prints a line for each and ends with 0 if all were refused in time. */
    public static void main(String[] arguments) throws IOException {
        ModelReader.standard().network(new File(arguments[0])); // starts ND4J
        System.gc();
        boolean fine = true;
        for (File file : Objects.requireNonNull(new File(arguments[1]).listFiles())) {
            long start = System.nanoTime();
            String outcome;
            boolean refused = false;
            try {
                ModelReader.standard().network(file);
                outcome = "was read";
            } catch (ModelFormatException e) {
                refused = true;
                outcome = e.getMessage();
            } catch (Throwable e) {
                outcome = "FAILS BY " + e;
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            fine &= refused && seconds < Double.parseDouble(arguments[2]);
            System.out.printf("%-8.3f %s%n", seconds, outcome.substring(0, Math.min(200, outcome.length())));
        }
        System.exit(fine ? 0 : 1);
    }
}
