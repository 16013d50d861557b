package org.boltzmann4j.arbiter;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.arbiter.BaseNetworkSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.jspecify.annotations.Nullable;

/** Names of the dimensions of a space, as paths through its parts, and their values at a point. */
@SuppressWarnings("rawtypes") // as the host declares spaces
final class SpaceColumns {

    private final ParameterSpace<?> space;
    private final Map<String, ParameterSpace> columns = new LinkedHashMap<>();

    private SpaceColumns(ParameterSpace<?> space) {
        this.space = space;
    }

    static SpaceColumns of(ParameterSpace<?> space) {
        SpaceColumns columns = new SpaceColumns(space);
        columns.collect("", space, identitySet());
        return columns;
    }

    private static Set<ParameterSpace> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private void collect(String path, ParameterSpace<?> part, Set<ParameterSpace> named) {
        if (part.numParameters() == 0) {
            return;
        }
        if (isDimension(part)) {
            // A dimension that is used twice has the name of its first use.
            if (named.add(part)) {
                columns.put(path, part);
            }
            return;
        }
        children(part, null).forEach((name, child) -> collect(path.isEmpty() ? name : path + "." + name, child, named));
    }

    private static boolean isDimension(ParameterSpace<?> part) {
        return part.isLeaf() || part instanceof OneOf;
    }

    /** All parts of a space, or those that have an effect at a point. */
    private static Map<String, ParameterSpace> children(ParameterSpace<?> part, double @Nullable [] point) {
        Map<String, ParameterSpace> children = new LinkedHashMap<>();
        if (point != null && part instanceof CompositeSpace<?> composite) {
            composite.partsAt(point).forEach((name, child) -> {
                if (child != null) {
                    children.put(name, child);
                }
            });
            return children;
        }
        children.putAll(part.getNestedSpaces());
        if (part instanceof BaseNetworkSpace<?> network) {
            network.getLayerSpaces().forEach(layer -> {
                children.put(layer.getLayerName() + ".count", layer.getNumLayers());
                children.put(layer.getLayerName(), layer.getLayerSpace());
            });
        }
        return children;
    }

    private static void collectUsed(ParameterSpace<?> part, double[] point, Set<ParameterSpace> used) {
        if (part.numParameters() == 0) {
            return;
        }
        if (isDimension(part)) {
            used.add(part);
        } else {
            children(part, point).values().forEach(child -> collectUsed(child, point, used));
        }
    }

    /** The names, in the order of the space. */
    List<String> names() {
        return List.copyOf(columns.keySet());
    }

    /** Value by name, without the dimensions that have no effect at this point; empty for a point that is none. */
    Map<String, Object> valuesAt(double[] point) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (point.length > 0) {
            Set<ParameterSpace> used = identitySet();
            collectUsed(space, point, used);
            columns.forEach((name, dimension) -> {
                if (used.contains(dimension)) {
                    values.put(name, dimension.getValue(point));
                }
            });
        }
        return values;
    }
}
