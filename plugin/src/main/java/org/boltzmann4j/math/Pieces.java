package org.boltzmann4j.math;

/**
 * A range of indices in pieces for {@link Workers}. How many depends on the length of the range alone, never on the number of
 * threads; they are a power of two, so that two and four threads have equal shares. Outside of {@link Workers#with} there is
 * one piece.
 */
record Pieces(int count) {

    static final Pieces ONE = new Pieces(1);

    private static final int MOST = 16;

    /** The width of every kernel's tile divides it. */
    private static final long GRID = 16;

    static Pieces of(long length, long shortest) {
        if (!Workers.areThere()) {
            return ONE;
        }
        int count = 1;
        while (count < MOST && length / (2L * count) >= shortest) {
            count *= 2;
        }
        return new Pieces(count);
    }

    void forEach(long length, Range body) {
        if (count == 1) {
            body.run(0, 0, length);
            return;
        }
        Workers.forEach(count, (worker, piece) -> body.run(piece, bound(piece, length), bound(piece + 1, length)));
    }

    private long bound(int piece, long length) {
        return piece == count ? length : piece * length / count / GRID * GRID;
    }

    /** Something to be done for a part of the range. */
    @FunctionalInterface
    interface Range {
        /**
         * Does it.
         *
         * @param piece index of the part
         * @param from its first index
         * @param to index behind its last
         */
        void run(int piece, long from, long to);
    }
}
