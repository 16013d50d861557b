package org.boltzmann4j.sampler;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.boltzmann4j.math.Matrices;
import org.boltzmann4j.math.Rows;
import org.boltzmann4j.math.StateRecord;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Visible states of one checkpoint, of which the chains of the model in training take some and leave others in exchange; and
 * a pristine copy that never met the model. Mutable.
 */
final class Reservoir {

    private final int chains;
    private final INDArray pristine;
    private final INDArray working;
    private final double[] pristineEnergies;
    private final double[] workingEnergies;
    private final int[] order;
    private int slot;

    /**
     * Makes a reservoir of zeros.
     *
     * @param type float or double
     * @param factor how many slots
     * @param chains states in each of them
     * @param width number of visible units
     */
    Reservoir(DataType type, int factor, int chains, int width) {
        this.chains = chains;
        this.pristine = Matrices.detached(type, (long) factor * chains, width);
        this.working = Matrices.detached(type, (long) factor * chains, width);
        this.pristineEnergies = new double[factor * chains];
        this.workingEnergies = new double[factor * chains];
        this.order = IntStream.range(0, factor * chains).toArray();
    }

    /** Puts states of the checkpoint in the place of the oldest ones, in both copies. */
    void renew(INDArray states, double[] freeEnergies) {
        Rows from = Rows.of(states);
        Rows toPristine = Rows.of(pristine);
        Rows toWorking = Rows.of(working);
        double[] x = new double[from.width()];
        for (int chain = 0; chain < chains; chain++) {
            int row = slot * chains + chain;
            from.read(chain, x);
            toPristine.write(row, x);
            toWorking.write(row, x);
            pristineEnergies[row] = freeEnergies[chain];
            workingEnergies[row] = freeEnergies[chain];
        }
        slot = (slot + 1) % (order.length / chains);
    }

    void carry(StateRecord record) {
        record.matrixInto("pristine", pristine);
        record.matrixInto("working", working);
        record.numbersInto("pristineEnergies", pristineEnergies);
        record.numbersInto("workingEnergies", workingEnergies);
        System.arraycopy(record.indices("order", order, order.length, order.length), 0, order, 0, order.length);
        slot = record.count("slot", slot, 0, order.length / chains - 1);
    }

    void restore() {
        working.assign(pristine);
        System.arraycopy(pristineEnergies, 0, workingEnergies, 0, pristineEnergies.length);
    }

    /** Different rows, as many as there are chains; valid until the next call. */
    int[] draw(SplittableRandom random) {
        int[] rows = new int[chains];
        for (int i = 0; i < chains; i++) {
            int j = i + random.nextInt(order.length - i);
            int row = order[j];
            order[j] = order[i];
            order[i] = row;
            rows[i] = row;
        }
        return rows;
    }

    /** The working copy. */
    INDArray states() {
        return working;
    }

    /** Free energies of the working copy in the checkpoint, by row; the array itself. */
    double[] freeEnergies() {
        return workingEnergies;
    }
}
