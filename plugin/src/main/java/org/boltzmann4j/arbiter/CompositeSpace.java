package org.boltzmann4j.arbiter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.util.LeafUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A space made of named parts. Its dimensions are those of the parts; a part used twice counts once. Every point gives a value:
 * what is invalid is repaired, and the repair is logged or, inside of a larger space, handed up.
 *
 * @param <T> type of the values
 */
@SuppressWarnings("rawtypes") // the interface of the host is raw
abstract class CompositeSpace<T> implements ParameterSpace<T> {

    private static final Logger LOG = LoggerFactory.getLogger(CompositeSpace.class);

    /** The parts by name, in the order of the dimensions; parts that are not searched may be null. */
    abstract Map<String, @Nullable ParameterSpace> parts();

    /** The parts that have an effect at a point. */
    Map<String, @Nullable ParameterSpace> partsAt(double[] point) {
        return parts();
    }

    /** What a space is made of beside its parts. */
    Object constants() {
        return List.of();
    }

    /** The value at a point, valid whatever the point. */
    abstract T valueAt(double[] point, Repairs repairs);

    @Override
    public final T getValue(double[] point) {
        Repairs repairs = new Repairs();
        T value = valueAt(point, repairs);
        logged(repairs);
        return value;
    }

    static void logged(Repairs repairs) {
        repairs.notes().forEach(note -> LOG.info("repaired: {}", note));
    }

    /** The value of a part, with its repairs handed up where it is a composite itself. */
    static <V> V valueOf(ParameterSpace<V> part, double[] point, Repairs repairs) {
        return part instanceof CompositeSpace<V> composite ? composite.valueAt(point, repairs) : part.getValue(point);
    }

    static <V> V valueOr(@Nullable ParameterSpace<V> part, V otherwise, double[] point, Repairs repairs) {
        return part == null ? otherwise : valueOf(part, point, repairs);
    }

    /** Dimensions without their constants, which the host's layers list among the leaves. */
    static List<ParameterSpace> dimensionsOf(List<ParameterSpace> leaves) {
        return LeafUtils.getUniqueObjects(
                leaves.stream().filter(leaf -> leaf.numParameters() > 0).toList());
    }

    @Override
    public final int numParameters() {
        return LeafUtils.countUniqueParameters(collectLeaves());
    }

    @Override
    @SuppressWarnings("unchecked")
    public final List<ParameterSpace> collectLeaves() {
        return dimensionsOf(getNestedSpaces().values().stream()
                .flatMap(part -> ((List<ParameterSpace>) part.collectLeaves()).stream())
                .toList());
    }

    @Override
    public final Map<String, ParameterSpace> getNestedSpaces() {
        Map<String, ParameterSpace> present = new LinkedHashMap<>();
        parts().forEach((name, part) -> {
            if (part != null) {
                present.put(name, part);
            }
        });
        return present;
    }

    @Override
    public final boolean isLeaf() {
        return false;
    }

    @Override
    public final void setIndices(int... indices) {
        throw new UnsupportedOperationException("only leaves have indices");
    }

    /** Spaces are equal if they are of the same class and made of equal parts and constants. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof CompositeSpace<?> that
                && getClass().equals(that.getClass())
                && parts().equals(that.parts())
                && constants().equals(that.constants());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), parts(), constants());
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + getNestedSpaces();
    }
}
