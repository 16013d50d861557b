package org.boltzmann4j.dl4j;

/**
 * One RBM layer of a network.
 *
 * @param index position in the network: of the layer, or of the graph vertex in topological order
 * @param name layer name, or its index where it has none; vertex name in a graph
 * @param runtime the layer inside the network
 */
record RbmTarget(int index, String name, RbmRuntimeLayer runtime) {

    /** The name messages use. */
    String label() {
        return name.equals(String.valueOf(index)) ? "layer " + index : "layer " + index + " (\"" + name + "\")";
    }

    RbmLayer layer() {
        return runtime.layerConf();
    }
}
