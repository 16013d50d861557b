package org.boltzmann4j.dl4j;

/**
 * One RBM layer of a network.
 *
 * @param index position in the network: of the layer, or of the graph vertex in topological order
 * @param name layer name (the host calls nameless ones "layer0", "layer1", ...); vertex name in a graph
 * @param runtime the layer inside the network
 */
record RbmTarget(int index, String name, RbmRuntimeLayer runtime) {

    /** The name messages use. */
    String label() {
        // The host calls a layer without a name of its own "layer" and its index.
        boolean nameless = name.equals(String.valueOf(index)) || name.equals("layer" + index);
        return nameless ? "layer " + index : "layer " + index + " (\"" + name + "\")";
    }

    RbmLayer layer() {
        return runtime.layerConf();
    }
}
