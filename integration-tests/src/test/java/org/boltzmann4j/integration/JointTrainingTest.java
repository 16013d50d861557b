package org.boltzmann4j.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.boltzmann4j.dl4j.JemReport;
import org.boltzmann4j.dl4j.JemTrainer;
import org.boltzmann4j.dl4j.JointGuard;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;

class JointTrainingTest {

    private static final int EPOCHS = 24;
    private static final int INJECTED = 70; // of 120 updates, and after the 50 from which the guard knows their length

    /** Trains and says how; the rate becomes 10 at some update and stays there, or never if that is negative. */
    private static JemReport train(MultiLayerNetwork network, int injected) throws IOException {
        network.setListeners(new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
                if (iteration == injected) {
                    network.setLearningRate(10);
                }
            }
        });
        return JemTrainer.of(Digits.jointTraining())
                .epochs(EPOCHS)
                .snapshotEvery(10)
                .build()
                .fit(network, Digits.batches());
    }

    @Test
    void aLearningRateOfTenInTheMiddleOfATrainingOnDigitsIsSurvived() throws IOException {
        MultiLayerNetwork undisturbed = Digits.classifier();
        assertThat(train(undisturbed, -1).returns()).isEmpty();
        MultiLayerNetwork network = Digits.classifier();

        JemReport report = train(network, INJECTED);

        assertThat(report.returns()).isNotEmpty().first().asString().contains("length of the update");
        assertThat(report.stopped()).isNull();
        assertThat(report.epochs()).isEqualTo(EPOCHS);
        assertThat(report.health()).isEqualTo(JointGuard.Health.HEALTHY);
        double accuracy = network.evaluate(Digits.test().iterator(100)).accuracy();
        double expected = undisturbed.evaluate(Digits.test().iterator(100)).accuracy();
        // It goes on at a tenth of the rate from 60 of 120 updates. Of 100 images 10 are 2.5 standard deviations.
        assertThat(accuracy).isGreaterThan(expected - 0.1);
    }
}
