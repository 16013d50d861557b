package org.boltzmann4j.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One description of a state serves writing and reading. */
class StateRecordTest {

    /** Something with a state of every kind. */
    private static final class Walk {
        private long steps;
        private int level;
        private double rate;
        private boolean moving;
        private String name = "";
        private double[] sums = {};
        private int[] order = {0, 1, 2};
        private final double[] fixed = new double[2];
        private final INDArray vector = Nd4j.create(DataType.FLOAT, 3);
        private INDArray states = Nd4j.create(DataType.DOUBLE, 1, 2);

        void carry(StateRecord record) {
            steps = record.count("steps", steps);
            level = record.count("level", level, 0, 9);
            rate = record.number("rate", rate);
            moving = record.flag("moving", moving);
            StateRecord part = record.in("part");
            name = part.text("name", name);
            sums = part.numbers("sums", sums);
            part.numbersInto("fixed", fixed);
            order = part.indices("order", order, 3, 3);
            part.matrixInto("vector", vector);
            states = part.matrix("states", states);
        }
    }

    private static StateRecord written() {
        Walk walk = new Walk();
        walk.steps = Long.MIN_VALUE;
        walk.level = 7;
        walk.rate = Double.MIN_VALUE;
        walk.moving = true;
        walk.name = "a name";
        walk.sums = new double[] {Double.NaN, -0.0};
        walk.fixed[1] = 1.0 / 3;
        walk.order = new int[] {2, 0, 1};
        walk.vector.putScalar(2, 0.1f);
        walk.states = Nd4j.rand(DataType.DOUBLE, 5, 2);
        StateRecord record = StateRecord.toWrite();
        assertThat(record.isReading()).isFalse();
        walk.carry(record);
        return record;
    }

    @Test
    void everyKindOfValueComesBackBitByBit() {
        StateRecord written = written();
        StateRecord read = StateRecord.toRead(written.scalars(), written.arrays());
        Walk walk = new Walk();
        walk.carry(read);
        StateRecord again = StateRecord.toWrite();
        walk.carry(again);
        assertThat(again.scalars()).isEqualTo(written.scalars());
        assertThat(again.arrays()).usingRecursiveComparison().isEqualTo(written.arrays());
        assertThat(walk.sums[1]).isEqualTo(-0.0);
        assertThat(walk.rate).isEqualTo(Double.MIN_VALUE);
        assertThat(read.in("part").heldMatrix("states")).isEqualTo(walk.states);
    }

    private static void assertRefused(String name, Object value, String message) {
        StateRecord written = written();
        Map<String, String> scalars = new java.util.HashMap<>(written.scalars());
        Map<String, Object> arrays = new java.util.HashMap<>(written.arrays());
        if (value instanceof String text) {
            scalars.put(name, text);
        } else {
            arrays.put(name, value);
        }
        assertThatThrownBy(() -> new Walk().carry(StateRecord.toRead(scalars, arrays)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        assertThatThrownBy(() -> new Walk().carry(StateRecord.toRead(Map.of(), Map.of())))
                .hasMessage("there is no steps");
        assertThatThrownBy(() -> StateRecord.toRead(Map.of(), Map.of()).heldMatrix("x"))
                .hasMessage("there is no x");
        assertRefused("steps", "1.5", "steps = \"1.5\", expected a whole number");
        assertRefused("rate", "fast", "rate = \"fast\", expected a number");
        assertRefused("level", "10", "level = 10, expected a number from 0 to 9");
        assertRefused("moving", "2", "moving = 2");
        assertRefused("part/sums", new long[1], "there is no part/sums");
        assertRefused("part/fixed", new double[3], "part/fixed holds 3 rows or numbers, expected 2");
        assertRefused("part/order", new long[] {0, 1, 3}, "part/order holds an index out of [0, 3)");
        assertRefused("part/order", new long[] {0, -1, 2}, "part/order holds an index out of [0, 3)");
        assertRefused("part/order", new long[] {0, 1}, "part/order holds 2");
        assertRefused(
                "part/states", Nd4j.create(DataType.FLOAT, 5, 2), "part/states holds FLOAT [5, 2], expected DOUBLE");
        assertRefused("part/states", Nd4j.create(DataType.DOUBLE, 5, 3), "expected DOUBLE [rows, 2]");
        assertRefused("part/vector", Nd4j.create(DataType.FLOAT, 2, 3), "part/vector holds 2 rows");
    }
}
