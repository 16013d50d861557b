package org.boltzmann4j.math;

/**
 * Rows in blocks of bounded size, which {@link Workers} pass over side by side. Where the blocks begin depends on the number
 * of rows alone; whoever sums over rows does so for each block and adds the blocks in their order, and gets the same bits
 * however many workers there are.
 */
public final class RowBlocks {

    /** So few that a minibatch of 100 is shared evenly by two or four workers. */
    private static final int MOST_ROWS = 32;

    private RowBlocks() {}

    /**
     * Returns how many blocks some rows make.
     *
     * @param rows how many, at least 0
     * @return their number
     */
    public static int count(long rows) {
        return Math.toIntExact((rows + MOST_ROWS - 1) / MOST_ROWS);
    }

    /**
     * Passes over all rows.
     *
     * @param rows how many
     * @param pass called once for each block, on several threads inside of {@link Workers#with}
     */
    public static void forEach(long rows, Pass pass) {
        int blocks = count(rows);
        Workers.forEach(
                blocks,
                (worker, block) ->
                        pass.over(worker, block, (int) (block * rows / blocks), (int) ((block + 1) * rows / blocks)));
    }

    /** A pass over the rows of one block. */
    @FunctionalInterface
    public interface Pass {
        /**
         * Passes over them.
         *
         * @param worker whose scratch may be used
         * @param block index of the block
         * @param from first row
         * @param to row behind the last
         */
        void over(int worker, int block, int from, int to);
    }
}
