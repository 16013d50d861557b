package org.boltzmann4j.arbiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.deeplearning4j.arbiter.conf.updater.AdaMaxSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.NadamSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Sgd;

class UpdaterDefaultsTest {

    private static final double RATE = 0.02;

    private static IUpdater at(ParameterSpace<IUpdater> space) {
        return space.getValue(new double[0]);
    }

    @Test
    void theHostTakesTheDefaultLearningRateForWhatIsNotSet() {
        assertThat(at(AdamSpace.withLR(new FixedValue<>(RATE)))).isEqualTo(new Adam(RATE, 1e-3, 1e-3, 1e-3));
    }

    @Test
    void whatIsNotSetIsThatOfTheUpdater() {
        FixedValue<Double> rate = new FixedValue<>(RATE);
        Map<ParameterSpace<IUpdater>, IUpdater> spaces = Map.of(
                AdamSpace.withLR(rate),
                new Adam(RATE),
                AdaMaxSpace.withLR(rate),
                new AdaMax(RATE),
                NadamSpace.withLR(rate),
                new Nadam(RATE),
                new SgdSpace(rate),
                new Sgd(RATE));
        spaces.forEach(
                (space, updater) -> assertThat(at(UpdaterDefaults.fill(space))).isEqualTo(updater));
        assertThat(UpdaterDefaults.<ParameterSpace<IUpdater>>fill(null)).isNull();
    }

    @Test
    void whatIsSetStays() {
        AdamSpace space = new AdamSpace(
                new FixedValue<>(RATE), new FixedValue<>(0.5), new FixedValue<>(0.9), new FixedValue<>(1e-4));
        assertThat(at(UpdaterDefaults.fill(space))).isEqualTo(new Adam(RATE, 0.5, 0.9, 1e-4));
    }

    @Test
    void theSpacesOfThisLibraryFillThem() {
        DbnSpace space = DbnSpace.builder(4, 2)
                .widths(new FixedValue<>(3))
                .updater(AdamSpace.withLR(new FixedValue<>(RATE)))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(1))
                        .withUpdaters(AdamSpace.withLR(new FixedValue<>(RATE))))
                .build();
        DbnConfiguration configuration = space.getValue(new double[space.numParameters()]);
        assertThat(configuration
                        .getMultiLayerConfiguration()
                        .getConf(1)
                        .getLayer()
                        .getUpdaterByParam("W"))
                .isEqualTo(new Adam(RATE));
        assertThat(configuration.settings().pretraining().updaters()).containsExactly(new Adam(RATE));
    }
}
