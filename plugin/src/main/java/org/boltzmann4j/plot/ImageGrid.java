package org.boltzmann4j.plot;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Many small pictures in one: images, learned filters, or several versions of each image side by side (original and
 * reconstruction, say). Needs no fonts.
 *
 * <p>Images show values in [0, 1] from black to white; values outside are shown as the nearest of the two. Filters are shown on
 * a scale that is symmetric around zero, each on its own: its largest magnitude m maps to the ends, so zero always has
 * the same middle tone. A value that is not finite is shown in magenta.
 *
 * <p>Immutable: every {@code with} method returns a changed copy.
 */
public final class ImageGrid {

    private static final int NOT_FINITE = 0xff00ff;
    private static final int WHITE = 0xffffff;
    /** Behind diverging colours, whose zero is white. */
    private static final int LIGHT_GREY = 0xd0d0d0;

    private static final int LARGEST_SIDE = 20_000;

    /** Tones of a value between the two ends of its scale. */
    private enum Tones {
        GREY,
        /** Blue below zero, white at zero, red above. */
        DIVERGING
    }

    private final int rows;
    private final int columns;
    private final boolean symmetric;
    private final Tones tones;
    private final int across;
    private final int enlargement;
    private final int margin;

    private ImageGrid(int rows, int columns, boolean symmetric, Tones tones, int across, int enlargement, int margin) {
        this.rows = rows;
        this.columns = columns;
        this.symmetric = symmetric;
        this.tones = tones;
        this.across = across;
        this.enlargement = enlargement;
        this.margin = margin;
    }

    /**
     * A grid of images with values in [0, 1], ten in a line, enlarged twice.
     *
     * @param rows pixels of an image from top to bottom
     * @param columns pixels of an image from left to right
     * @return the grid
     * @throws IllegalArgumentException if one of them is below 1
     */
    public static ImageGrid images(int rows, int columns) {
        return of(rows, columns, false, Tones.GREY);
    }

    /**
     * A grid of filters on grey scales symmetric around zero, ten in a line, enlarged twice.
     *
     * @param rows pixels of a filter from top to bottom
     * @param columns pixels of a filter from left to right
     * @return the grid
     * @throws IllegalArgumentException if one of them is below 1
     */
    public static ImageGrid filters(int rows, int columns) {
        return of(rows, columns, true, Tones.GREY);
    }

    private static ImageGrid of(int rows, int columns, boolean symmetric, Tones tones) {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException("tiles need rows and columns, got " + rows + " x " + columns);
        }
        return new ImageGrid(rows, columns, symmetric, tones, 10, 2, 2);
    }

    /**
     * Sets the number of images in a line; with several versions of each, the number of groups in a line.
     *
     * @param count at least 1
     * @return the changed grid
     * @throws IllegalArgumentException if the number is below 1
     */
    public ImageGrid withTilesAcross(int count) {
        return new ImageGrid(
                rows, columns, symmetric, tones, requireAtLeast(1, "tiles across", count), enlargement, margin);
    }

    /**
     * Sets how many screen pixels a side of an image's pixel has.
     *
     * @param factor at least 1
     * @return the changed grid
     * @throws IllegalArgumentException if the factor is below 1
     */
    public ImageGrid withEnlargement(int factor) {
        return new ImageGrid(rows, columns, symmetric, tones, across, requireAtLeast(1, "enlargement", factor), margin);
    }

    /**
     * Sets the empty space between images, in screen pixels. Between groups and around everything it is three times as wide.
     *
     * @param pixels 0 or more
     * @return the changed grid
     * @throws IllegalArgumentException if it is negative
     */
    public ImageGrid withMargin(int pixels) {
        return new ImageGrid(rows, columns, symmetric, tones, across, enlargement, requireAtLeast(0, "margin", pixels));
    }

    /**
     * Shows negative values in blue, positive ones in red and zero in white, on the scale of filters.
     *
     * @return the changed grid
     */
    public ImageGrid withDivergingColours() {
        return new ImageGrid(rows, columns, true, Tones.DIVERGING, across, enlargement, margin);
    }

    private static int requireAtLeast(int least, String what, int value) {
        if (value < least) {
            throw new IllegalArgumentException(what + " must be at least " + least + " but is " + value);
        }
        return value;
    }

    /**
     * Draws the grid. With several arrays, row i of each of them makes group i, side by side in the order of the arrays.
     *
     * @param versions one array or more of the same number of rows, each {@code [n, rows * columns]}; not modified
     * @return a new picture
     * @throws IllegalArgumentException if there is no array or no row, a width is not {@code rows * columns}, the numbers of
     *     rows differ, or the picture would be larger than 20,000 pixels on a side
     */
    public BufferedImage render(INDArray... versions) {
        List<float[][]> groups = Arrays.stream(versions).map(this::tiles).toList();
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to draw");
        }
        int count = groups.get(0).length;
        for (float[][] version : groups) {
            if (version.length != count) {
                throw new IllegalArgumentException(
                        "versions need the same number of rows, got " + count + " and " + version.length);
            }
        }
        return render(groups, count);
    }

    private float[][] tiles(INDArray version) {
        if (version.rank() != 2 || version.size(0) < 1 || version.size(1) != (long) rows * columns) {
            throw new IllegalArgumentException("images need the shape [n, " + rows + " * " + columns + "], got "
                    + Arrays.toString(version.shape()));
        }
        return version.castTo(DataType.FLOAT).toFloatMatrix();
    }

    private BufferedImage render(List<float[][]> versions, int count) {
        int border = 3 * margin;
        int gap = versions.size() == 1 ? margin : border;
        long tileWidth = (long) columns * enlargement;
        long tileHeight = (long) rows * enlargement;
        long groupWidth = versions.size() * tileWidth + (versions.size() - 1L) * margin;
        long groupsAcross = Math.min(across, count);
        long lines = (count + groupsAcross - 1) / groupsAcross;
        long width = 2L * border + groupsAcross * groupWidth + (groupsAcross - 1) * gap;
        long height = 2L * border + lines * tileHeight + (lines - 1) * (versions.size() == 1 ? margin : 2L * margin);
        if (Math.max(width, height) > LARGEST_SIDE) {
            throw new IllegalArgumentException("the picture would have " + width + " x " + height
                    + " pixels, more than " + LARGEST_SIDE + " on a side; draw fewer images or enlarge less");
        }
        BufferedImage image = new BufferedImage((int) width, (int) height, BufferedImage.TYPE_INT_RGB);
        fill(image, tones == Tones.DIVERGING ? LIGHT_GREY : WHITE);
        long lineHeight = tileHeight + (versions.size() == 1 ? margin : 2L * margin);
        for (int i = 0; i < count; i++) {
            long x = border + (i % groupsAcross) * (groupWidth + gap);
            long y = border + (i / groupsAcross) * lineHeight;
            for (int version = 0; version < versions.size(); version++) {
                draw(versions.get(version)[i], image, (int) (x + version * (tileWidth + margin)), (int) y);
            }
        }
        return image;
    }

    private static void fill(BufferedImage image, int colour) {
        int[] line = new int[image.getWidth()];
        Arrays.fill(line, colour);
        for (int y = 0; y < image.getHeight(); y++) {
            image.setRGB(0, y, line.length, 1, line, 0, line.length);
        }
    }

    private void draw(float[] tile, BufferedImage image, int left, int top) {
        float scale = symmetric ? largestMagnitude(tile) : 1f;
        int[] block = new int[enlargement * enlargement];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                Arrays.fill(block, colour(tile[row * columns + column], scale));
                image.setRGB(
                        left + column * enlargement,
                        top + row * enlargement,
                        enlargement,
                        enlargement,
                        block,
                        0,
                        enlargement);
            }
        }
    }

    private static float largestMagnitude(float[] tile) {
        float largest = 0;
        for (float value : tile) {
            if (Float.isFinite(value)) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        return largest == 0 ? 1 : largest;
    }

    private int colour(float value, float scale) {
        if (!Float.isFinite(value)) {
            return NOT_FINITE;
        }
        if (tones == Tones.DIVERGING) {
            return diverging(value / scale);
        }
        float brightness = symmetric ? (value / scale + 1) / 2 : Math.min(1, Math.max(0, value));
        int grey = Math.round(255 * brightness);
        return grey << 16 | grey << 8 | grey;
    }

    /** From -1 to 1: dark blue, white, dark red, with the lightness falling evenly to both sides. */
    private static int diverging(float value) {
        float strength = Math.abs(value);
        int end = value < 0 ? 0x2166ac : 0xb2182b;
        int red = Math.round(255 + strength * ((end >> 16 & 0xff) - 255));
        int green = Math.round(255 + strength * ((end >> 8 & 0xff) - 255));
        int blue = Math.round(255 + strength * ((end & 0xff) - 255));
        return red << 16 | green << 8 | blue;
    }

    /**
     * Draws the grid into a PNG file. The file is replaced in one step; missing directories are made.
     *
     * @param file to write
     * @param versions as for {@link #render}
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException as for {@link #render}
     */
    public void write(Path file, INDArray... versions) throws IOException {
        PngFile.write(render(versions), file);
    }
}
