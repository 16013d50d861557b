package org.boltzmann4j.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.boltzmann4j.dl4j.AtomicFile;

/** Pictures one after the other, again and again, as a GIF. */
public final class AnimatedGif {

    private static final String IMAGE_FORMAT = "javax_imageio_gif_image_1.0";
    private static final int LONGEST_MILLISECONDS = 600_000;

    private AnimatedGif() {}

    /**
     * Writes a film that begins anew when it ends. The file is replaced in one step; missing directories are made.
     *
     * @param file to write
     * @param frames pictures of the same size, at least one; up to 256 colours in each, such as the greys of
     *     {@link ImageGrid}, are kept as they are
     * @param milliseconds how long each is shown, rounded to hundredths of a second, at least 10
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if there is no picture, sizes differ, or the time is out of its range
     */
    public static void write(Path file, List<BufferedImage> frames, int milliseconds) throws IOException {
        if (frames.isEmpty()) {
            throw new IllegalArgumentException("a film needs at least one picture");
        }
        if (milliseconds < 10 || milliseconds > LONGEST_MILLISECONDS) {
            throw new IllegalArgumentException(
                    "milliseconds = " + milliseconds + ", expected 10 to " + LONGEST_MILLISECONDS);
        }
        BufferedImage first = frames.get(0);
        for (BufferedImage frame : frames) {
            if (frame.getWidth() != first.getWidth() || frame.getHeight() != first.getHeight()) {
                throw new IllegalArgumentException("pictures of " + first.getWidth() + " x " + first.getHeight()
                        + " and " + frame.getWidth() + " x " + frame.getHeight() + ", expected one size");
            }
        }
        byte[] film = encoded(frames, milliseconds);
        AtomicFile.write(file, written -> Files.write(written, film));
    }

    private static byte[] encoded(List<BufferedImage> frames, int milliseconds) throws IOException {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("gif");
        if (!writers.hasNext()) {
            throw new IOException("this Java has no GIF writer");
        }
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam lineByLine = writer.getDefaultWriteParam();
            lineByLine.setProgressiveMode(ImageWriteParam.MODE_DISABLED); // interlaced frames are larger
            writer.prepareWriteSequence(null);
            for (BufferedImage frame : frames) {
                IIOMetadata metadata =
                        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), lineByLine);
                metadata.mergeTree(IMAGE_FORMAT, description(milliseconds));
                writer.writeToSequence(new IIOImage(frame, null, metadata), lineByLine);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** How long a frame is shown, and that the film has no end. */
    private static IIOMetadataNode description(int milliseconds) {
        IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Integer.toString(Math.round(milliseconds / 10f)));

        IIOMetadataNode forever = new IIOMetadataNode("ApplicationExtension");
        forever.setAttribute("applicationID", "NETSCAPE");
        forever.setAttribute("authenticationCode", "2.0");
        forever.setUserObject(new byte[] {1, 0, 0}); // sub-block 1: repeat 0 times, which stands for without end
        IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
        extensions.appendChild(forever);

        IIOMetadataNode root = new IIOMetadataNode(IMAGE_FORMAT);
        root.appendChild(control);
        root.appendChild(extensions);
        return root;
    }
}
