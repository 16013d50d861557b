package org.boltzmann4j.arbiter;

import java.util.List;
import org.boltzmann4j.dl4j.ImproperWeights;
import org.boltzmann4j.dl4j.Propagation;
import org.boltzmann4j.objective.Centering;
import org.boltzmann4j.objective.GreyValues;
import org.boltzmann4j.sampler.TemperingPath;
import org.boltzmann4j.sampler.TrajectoryRules;
import org.boltzmann4j.units.Bernoulli;
import org.boltzmann4j.units.Gaussian;
import org.boltzmann4j.units.NoisyRelu;
import org.boltzmann4j.units.Unit;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.NesterovsSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.conf.updater.schedule.ExponentialScheduleSpace;
import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.BooleanSpace;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;

/** The spaces of the tests. */
final class Spaces {

    private Spaces() {}

    static ContinuousParameterSpace rates() {
        return new ContinuousParameterSpace(new LogUniformDistribution(1e-3, 1e-1));
    }

    /** Every field of the layer is searched, within and beyond what is valid. */
    static RbmLayerSpace everyField() {
        return new RbmLayerSpace.Builder()
                .visible(OneOf.<Unit>of(new Bernoulli(), Gaussian.of(1)))
                .hidden(OneOf.<Unit>of(new Bernoulli(), Gaussian.of(1), NoisyRelu.rectified()))
                .nOut(new IntegerParameterSpace(0, 20))
                .negativePhase(NegativePhaseSpace.of(NegativePhaseSpace.Kind.values())
                        .withK(new IntegerParameterSpace(0, 3))
                        .withChains(new IntegerParameterSpace(-1, 20))
                        .withLadder(new IntegerParameterSpace(0, 5), new ContinuousParameterSpace(0, 1.5))
                        .withPath(OneOf.of(TemperingPath.values()))
                        .withRules(
                                OneOf.of(TrajectoryRules.STANDARD, TrajectoryRules.STANDARD.withAcceptance(0.4, 0.05)))
                        .withFastRate(new ContinuousParameterSpace(-0.1, 0.1)))
                .greyValues(OneOf.of(GreyValues.SAMPLED, GreyValues.MEANS))
                .centering(new CenteringSpace(new BooleanSpace(), new ContinuousParameterSpace(-0.1, 1.1)))
                .visibleBiasFromData(new BooleanSpace())
                .improperWeights(OneOf.of(ImproperWeights.values()))
                .sparsity(new SparsitySpace(
                        new ContinuousParameterSpace(-0.1, 1.1),
                        new ContinuousParameterSpace(-1, 1),
                        new ContinuousParameterSpace(0, 1),
                        new BooleanSpace()))
                .hiddenUnitDropout(new HiddenUnitDropoutSpace(new ContinuousParameterSpace(-0.1, 1.1)))
                .l1(new ContinuousParameterSpace(0, 0.01))
                .weightDecay(new ContinuousParameterSpace(-0.01, 0.01))
                .weightDecayBias(new ContinuousParameterSpace(-0.01, 0.01))
                .weightNoise(OneOf.<IWeightNoise>of(new DropConnect(0.5), new DropConnect(0.9)))
                .updater(new NesterovsSpace(
                        null,
                        new ExponentialScheduleSpace(ScheduleType.EPOCH, rates(), 0.9),
                        new ContinuousParameterSpace(0, 0.9),
                        null))
                .build();
    }

    static DbnSpace dbn() {
        return DbnSpace.builder(6, 3)
                .depth(new IntegerParameterSpace(0, 4))
                .widths(
                        new IntegerParameterSpace(0, 8),
                        new IntegerParameterSpace(2, 8),
                        new IntegerParameterSpace(2, 8))
                .layers(everyField(), new RbmLayerSpace.Builder().build())
                .updater(AdamSpace.withLR(rates()))
                .l2(new ContinuousParameterSpace(0, 0.01))
                .fineTuningEpochs(new IntegerParameterSpace(-1, 2))
                .pretraining(pretraining())
                .build();
    }

    static PretrainingSpace pretraining() {
        return PretrainingSpace.ofEpochs(new IntegerParameterSpace(0, 2), new FixedValue<>(1))
                .withUpdaters(new SgdSpace(rates()), OneOf.of(new Sgd(0.1)))
                .withPropagation(OneOf.of(Propagation.values()))
                .withAveraging(new ContinuousParameterSpace(-0.1, 1.1));
    }

    /** A space of valid points only, small enough to train: 6 binary inputs, 3 classes. */
    static DbnSpace small() {
        return DbnSpace.builder(6, 3)
                .depth(new IntegerParameterSpace(1, 2))
                .widths(new IntegerParameterSpace(2, 8), new IntegerParameterSpace(2, 8))
                .layers(new RbmLayerSpace.Builder()
                        .negativePhase(NegativePhaseSpace.of(
                                        NegativePhaseSpace.Kind.CONTRASTIVE_DIVERGENCE,
                                        NegativePhaseSpace.Kind.PERSISTENT)
                                .withK(new IntegerParameterSpace(1, 2)))
                        .centering(OneOf.of(Centering.NONE))
                        .build())
                .updater(AdamSpace.withLR(rates()))
                .fineTuningEpochs(new FixedValue<>(2))
                .pretraining(PretrainingSpace.ofEpochs(new IntegerParameterSpace(0, 2))
                        .withUpdaters(new SgdSpace(rates())))
                .build();
    }

    /** A graph of the host's with an RBM layer. */
    static PretrainedSpace graph() {
        ComputationGraphSpace graph = new ComputationGraphSpace.Builder()
                .seed(3) // the default is the time of day
                .addInputs("pixels")
                .addLayer(
                        "features",
                        new RbmLayerSpace.Builder()
                                .nOut(new IntegerParameterSpace(2, 8))
                                .build(),
                        "pixels")
                .addLayer(
                        "classes",
                        new OutputLayerSpace.Builder()
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .lossFunction(LossFunction.MCXENT)
                                .build(),
                        "features")
                .setOutputs("classes")
                .setInputTypes(InputType.feedForward(6))
                .numEpochs(2)
                .build();
        return new PretrainedSpace(graph, PretrainingSpace.ofEpochs(new FixedValue<>(3)));
    }

    /** Gives every dimension its index, as the generators of the host do. */
    @SuppressWarnings("rawtypes")
    static <S extends ParameterSpace<?>> S indexed(S space) {
        List<ParameterSpace> leaves = CompositeSpace.dimensionsOf(space.collectLeaves());
        for (int i = 0; i < leaves.size(); i++) {
            leaves.get(i).setIndices(i);
        }
        return space;
    }
}
