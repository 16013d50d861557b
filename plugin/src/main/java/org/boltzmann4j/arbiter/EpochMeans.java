package org.boltzmann4j.arbiter;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/** Means over the minibatches of each epoch. */
class EpochMeans extends BaseTrainingListener {

    private final String name;
    private final List<Double> values = new ArrayList<>();
    private double sum;
    private int minibatches;

    EpochMeans(String name) {
        this.name = name;
    }

    /** The mean of the loss that a model reports after each minibatch. */
    static EpochMeans ofLoss(String name) {
        return new EpochMeans(name) {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                add(model.score());
            }
        };
    }

    final void add(double value) {
        sum += value;
        minibatches++;
    }

    @Override
    public final void onEpochEnd(Model model) {
        values.add(minibatches == 0 ? 0 : sum / minibatches);
        sum = 0;
        minibatches = 0;
    }

    final TrainingCurve curve() {
        return new TrainingCurve(name, values);
    }
}
