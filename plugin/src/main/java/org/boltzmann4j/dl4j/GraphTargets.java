package org.boltzmann4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.math.RandomStreams;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The RBM layers of a {@link ComputationGraph}, in topological order of their vertices. */
final class GraphTargets extends RbmTargets {

    private final ComputationGraph graph;

    GraphTargets(ComputationGraph graph) {
        super(find(graph));
        this.graph = graph;
    }

    private static List<RbmTarget> find(ComputationGraph graph) {
        List<RbmTarget> found = new ArrayList<>();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (vertex.hasLayer() && vertex.getLayer() instanceof RbmRuntimeLayer runtime) {
                found.add(new RbmTarget(index, vertex.getVertexName(), runtime));
            }
        }
        return found;
    }

    @Override
    int inputs() {
        return graph.getNumInputArrays();
    }

    @Override
    Iterable<TrainingListener> listeners() {
        return graph.getListeners();
    }

    @Override
    boolean isComputed(RbmTarget target) {
        LayerVertex vertex = (LayerVertex) graph.getVertices()[target.index()];
        return vertex.getLayerPreProcessor() != null || !below(vertex).isInputVertex();
    }

    @Override
    boolean standsOn(RbmTarget target, @Nullable RbmTarget below) {
        LayerVertex vertex = (LayerVertex) graph.getVertices()[target.index()];
        GraphVertex found = below(vertex);
        return vertex.getLayerPreProcessor() == null
                && (below == null ? found.isInputVertex() : found.getVertexIndex() == below.index());
    }

    private GraphVertex below(GraphVertex vertex) {
        return graph.getVertices()[vertex.getInputVertices()[0].getVertexIndex()];
    }

    @Override
    INDArray inputOf(RbmTarget target, INDArray[] features, Propagation propagation, RandomStreams streams, long step) {
        LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
        INDArray[] outputs = new INDArray[graph.getVertices().length];
        for (int i = 0; i < features.length; i++) {
            String input = graph.getConfiguration().getNetworkInputs().get(i);
            outputs[graph.getVertex(input).getVertexIndex()] = features[i];
        }
        boolean[] needed = ancestorsOf(target.index());
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (index == target.index() || !needed[index] || vertex.isInputVertex()) {
                continue;
            }
            VertexIndices[] inputs = vertex.getInputVertices();
            for (int i = 0; i < inputs.length; i++) {
                vertex.setInput(i, outputs[inputs[i].getVertexIndex()], workspaces);
            }
            outputs[index] = vertex.doForward(false, workspaces);
            if (vertex.hasLayer()) {
                outputs[index] = handUp(vertex.getLayer(), outputs[index], propagation, streams, step, index);
            }
            vertex.clear();
        }
        LayerVertex vertex = (LayerVertex) graph.getVertices()[target.index()];
        INDArray input = outputs[below(vertex).getVertexIndex()];
        return preprocess(vertex.getLayerPreProcessor(), input, workspaces);
    }

    private boolean[] ancestorsOf(int target) {
        boolean[] needed = new boolean[graph.getVertices().length];
        needed[target] = true;
        int[] order = graph.topologicalSortOrder();
        for (int i = order.length - 1; i >= 0; i--) {
            GraphVertex vertex = graph.getVertices()[order[i]];
            if (needed[order[i]] && vertex.getInputVertices() != null) {
                for (VertexIndices input : vertex.getInputVertices()) {
                    needed[input.getVertexIndex()] = true;
                }
            }
        }
        return needed;
    }
}
