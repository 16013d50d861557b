package org.boltzmann4j.dl4j;

import java.util.SplittableRandom;
import org.boltzmann4j.math.RandomStreams;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.sampler.Box;
import org.boltzmann4j.sampler.ChainStarts;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Random rows inside the data's box. */
final class BoxNoise {

    private final Box box;
    private final RandomStreams streams;

    BoxNoise(Box box, RandomStreams streams) {
        this.box = box;
        this.streams = streams;
    }

    /**
     * Adds Gaussian noise to data and moves them back into the box.
     *
     * @param rows {@code [rows, features]}, not modified
     * @param deviation of the noise; 0 for none
     * @param minibatch counter of the random numbers
     * @return a new array, or the rows themselves without noise
     */
    INDArray onto(INDArray rows, double deviation, long minibatch) {
        if (deviation == 0) {
            return rows;
        }
        INDArray noisy = rows.dup('c');
        Rows values = Rows.of(noisy);
        double[] row = new double[values.width()];
        RandomStreams own = streams.split("data noise");
        for (long r = 0; r < values.count(); r++) {
            SplittableRandom random = own.random(minibatch, r);
            values.read(r, row);
            for (int i = 0; i < row.length; i++) {
                row[i] = box.clamp(row[i] + deviation * random.nextGaussian());
            }
            values.write(r, row);
        }
        return noisy;
    }

    /** Uniform rows, the same every time, so that their energy tells of the model alone; of the width and type of {@code like}. */
    INDArray uniform(int count, INDArray like) {
        INDArray noise = Nd4j.createUninitialized(like.dataType(), new long[] {count, like.size(1)}, 'c');
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
