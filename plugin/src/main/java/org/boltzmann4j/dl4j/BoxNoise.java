package org.boltzmann4j.dl4j;

import java.util.SplittableRandom;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Random rows inside the data's box. */
final class BoxNoise {

    private final Box box;
    private final RandomStreams streams;

    BoxNoise(Box box, RandomStreams streams) {
        this.box = box;
        this.streams = streams;
    }

    /**
     * Copies data, adds Gaussian noise and moves them back into the box.
     *
     * @param data {@code [rows, features]}, not modified
     * @param deviation of the noise; 0 for none
     * @param into of the same width, overwritten from {@code firstRow} on
     * @param firstRow where the first row goes; each row has random numbers of its own
     * @param minibatch counter of the random numbers
     */
    void copy(INDArray data, double deviation, INDArray into, long firstRow, long minibatch) {
        if (deviation == 0) {
            Matrices.copyRows(data, into, firstRow, 1);
            return;
        }
        Rows values = Rows.of(data);
        Rows target = Rows.of(into);
        double[] row = new double[values.width()];
        RandomStreams own = streams.split("data noise");
        for (long r = 0; r < values.count(); r++) {
            SplittableRandom random = own.random(minibatch, firstRow + r);
            values.read(r, row);
            for (int i = 0; i < row.length; i++) {
                row[i] = box.clamp(row[i] + deviation * random.nextGaussian());
            }
            target.write(firstRow + r, row);
        }
    }

    /** Uniform rows, the same every time, so that their energy tells of the model alone. */
    INDArray uniform(DataType type, int count, int features) {
        INDArray noise = Matrices.detached(type, count, features);
        Rows rows = Rows.of(noise);
        double[] row = new double[rows.width()];
        ChainStarts uniform = ChainStarts.uniform(box);
        for (int i = 0; i < count; i++) {
            uniform.draw(0, streams.split("uniform").random(0, i), row);
            rows.write(i, row);
        }
        return noise;
    }
}
