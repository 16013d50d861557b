package org.boltzmann4j.arbiter;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.arbiter.BaseNetworkSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

/** Names of the dimensions of a space, as paths through its parts, and their values at a point. */
@SuppressWarnings("rawtypes") // as the host declares spaces
final class SpaceColumns {

    private final IdentityHashMap<ParameterSpace, String> names = new IdentityHashMap<>();
    private final Map<String, ParameterSpace> columns = new LinkedHashMap<>();

    private SpaceColumns() {}

    static SpaceColumns of(ParameterSpace<?> space) {
        SpaceColumns columns = new SpaceColumns();
        columns.collect("", space);
        return columns;
    }

    private void collect(String path, ParameterSpace<?> space) {
        if (space.numParameters() == 0) {
            return;
        }
        if (space.isLeaf() || space instanceof OneOf) {
            // A dimension that is used twice has the name of its first use.
            if (names.putIfAbsent(space, path) == null) {
                columns.put(path, space);
            }
            return;
        }
        space.getNestedSpaces().forEach((name, part) -> collect(path.isEmpty() ? name : path + "." + name, part));
        if (space instanceof BaseNetworkSpace<?> network) {
            network.getLayerSpaces().forEach(layer -> {
                collect(path + "." + layer.getLayerName() + ".count", layer.getNumLayers());
                collect(path + "." + layer.getLayerName(), layer.getLayerSpace());
            });
        }
    }

    /** Value by name; empty for a point that is none. */
    Map<String, Object> valuesAt(double[] point) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (point.length > 0) {
            columns.forEach((name, space) -> values.put(name, space.getValue(point)));
        }
        return values;
    }
}
