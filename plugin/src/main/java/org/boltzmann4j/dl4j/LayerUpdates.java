package org.boltzmann4j.dl4j;

import org.boltzmann4j.energy.ProperPairs;
import org.boltzmann4j.energy.Rbm;
import org.boltzmann4j.math.StateRecord;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The updates of a layer's parameters, one after the other: the step, its judgement, the moving average, and the ways back. Mutable.
 */
final class LayerUpdates {

    private final RbmRuntimeLayer trainee;
    private final ParameterUpdate update;
    private final DivergenceWatch divergence = new DivergenceWatch();
    private final @Nullable BackOff backOff;
    private final @Nullable AveragedLayer average;
    private final boolean mayBecomeImproper;

    /**
     * Gives a layer its gradient and its updater.
     *
     * @param trainee whose parameters are meant
     * @param gradientIsRead whether a listener may look at the gradient after an update
     */
    LayerUpdates(RbmRuntimeLayer trainee, LayerSettings settings, boolean gradientIsRead) {
        this.trainee = trainee;
        INDArray gradientView =
                Nd4j.create(trainee.params().dataType(), 1, trainee.params().length());
        trainee.setBackpropGradientsViewArray(gradientView);
        this.update = new ParameterUpdate(trainee, gradientView, gradientIsRead);
        this.backOff = settings.backOffs() == 0 ? null : new BackOff(settings.backOffs(), trainee.params());
        this.average = settings.average() == null ? null : AveragedLayer.of(trainee, settings.average());
        this.mayBecomeImproper = ProperPairs.needContraction(
                trainee.layerConf().getVisible(), trainee.layerConf().getHidden());
    }

    /**
     * Turns the gradient of a minibatch into an update, unless that explodes.
     *
     * @param iteration updates before this one
     * @param epoch epochs before this one
     * @param rows of the minibatch
     * @return what is wrong with the update, which has then not been made; or null
     */
    @Nullable String apply(int iteration, int epoch, int rows) {
        double factor = update.prepare(iteration, epoch, rows);
        INDArray parameters = trainee.params();
        String wrong = divergence.look(
                update.length(), () -> Nd4j.getBlasWrapper().level1().asum(parameters));
        if (wrong != null) {
            return wrong;
        }
        INDArray before = mayBecomeImproper ? parameters.dup() : null;
        update.apply(factor);
        trainee.applyConstraints(iteration, epoch);
        if (before != null && !trainee.isProper()) {
            parameters.assign(before);
            return "the update would bring the largest singular value of the weights to 1, where the density of these"
                    + " visible and hidden units has no finite integral; improperWeights(PROJECTED) would keep"
                    + " it below";
        }
        if (average != null) {
            average.follow(parameters);
        }
        if (backOff != null) {
            backOff.follow(parameters, divergence.isQuiet());
        }
        return null;
    }

    /** The parameters of another model, half the rate, and an updater that remembers nothing of what led astray. */
    void goBackTo(Rbm model) {
        trainee.restore(model);
        slowDown();
    }

    /**
     * The same with healthy parameters of the layer's past.
     *
     * @return false if it has gone back as often as it may: nothing has changed then
     */
    boolean goBack() {
        if (backOff == null || !backOff.isLeft()) {
            return false;
        }
        backOff.goBack(trainee.params());
        slowDown();
        return true;
    }

    private void slowDown() {
        update.slowDown();
        if (average != null) {
            average.restartAt(trainee.params());
        }
    }

    /** How often {@link #goBack} was possible. */
    int explosions() {
        return backOff == null ? 0 : backOff.used();
    }

    /** What is left of the rate. */
    double rateFactor() {
        return update.rateFactor();
    }

    /** What monitors look at. */
    RbmRuntimeLayer monitored() {
        return average != null && average.spec().monitored() ? average.layer() : trainee;
    }

    /** What the network has in the end. */
    RbmRuntimeLayer kept() {
        return average != null && average.spec().kept() ? average.layer() : trainee;
    }

    void carry(StateRecord record) {
        update.carry(record);
        divergence.carry(record);
        if (backOff != null) {
            backOff.carry(record.in("backOff"));
        }
        if (average != null) {
            average.carry(record.in("average"));
        }
    }
}
