package org.boltzmann4j.dl4j;

import java.util.List;
import org.boltzmann4j.estimate.RbmMonitor;
import org.boltzmann4j.objective.NegativePhase;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Settings of a pretraining that hold for one layer.
 *
 * @param epochs at least 1
 * @param updater instead of the layer's own, or null
 * @param negativePhase instead of the layer's own, or null
 * @param average or null for none
 * @param stoppingRule or null for none
 * @param monitorRows rows of training data kept for the monitors
 * @param backOffs how often the layer may go back when it explodes
 * @param monitors what is measured besides
 */
record LayerSettings(
        int epochs,
        @Nullable IUpdater updater,
        @Nullable NegativePhase negativePhase,
        @Nullable ParameterAverage average,
        @Nullable StoppingRule stoppingRule,
        int monitorRows,
        int backOffs,
        List<RbmMonitor> monitors) {}
