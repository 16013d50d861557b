package org.boltzmann4j.dl4j;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Updater and learning rates of a layer of Deeplearning4j 0.9.1, which are settings of the layer there. */
final class LegacyUpdater {

    private final JsonNode fields;
    private final Consumer<String> notes;
    private final @Nullable ISchedule schedule;

    LegacyUpdater(JsonNode conf, JsonNode fields, Consumer<String> notes) {
        this.fields = fields;
        this.notes = notes;
        this.schedule = schedule(conf.path("learningRatePolicy").asText("None"));
        if (!fields.path("momentumSchedule").isEmpty()) {
            notes.accept("momentumAfter(...): the momentum stays what it was at first");
        }
    }

    private @Nullable ISchedule schedule(String policy) {
        JsonNode rates = fields.path("learningRateSchedule");
        if (!policy.equals("Schedule") || rates.isEmpty()) {
            if (!policy.equals("None")) {
                notes.accept("learningRateDecayPolicy(" + ConfigurationJson.shown(policy)
                        + "): the learning rate stays what it was at first");
            }
            return null;
        }
        Map<Integer, Double> values = new TreeMap<>();
        values.put(0, fields.path("learningRate").asDouble());
        for (Iterator<Map.Entry<String, JsonNode>> each = rates.fields(); each.hasNext(); ) {
            Map.Entry<String, JsonNode> rate = each.next();
            values.put(Integer.parseInt(rate.getKey()), rate.getValue().asDouble());
        }
        return new MapSchedule(ScheduleType.ITERATION, values);
    }

    IUpdater ofWeights() {
        return of(fields.path("learningRate").asDouble());
    }

    /** Null if it is that of the weights. */
    @Nullable IUpdater ofBiases() {
        double rate = fields.path("biasLearningRate").asDouble();
        // A schedule of 0.9.1 sets both rates.
        return schedule != null || rate == fields.path("learningRate").asDouble() ? null : of(rate);
    }

    private IUpdater of(double rate) {
        String name = fields.path("updater").asText("SGD");
        IUpdater updater =
                switch (name) {
                    case "SGD" -> new Sgd(rate);
                    case "NESTEROVS" -> new Nesterovs(rate, value("momentum", Nesterovs.DEFAULT_NESTEROV_MOMENTUM));
                    case "ADAM" -> new Adam(rate, value("adamMeanDecay", 0.9), value("adamVarDecay", 0.999), epsilon());
                    case "ADAMAX" ->
                        new AdaMax(rate, value("adamMeanDecay", 0.9), value("adamVarDecay", 0.999), epsilon());
                    case "NADAM" ->
                        new Nadam(rate, value("adamMeanDecay", 0.9), value("adamVarDecay", 0.999), epsilon());
                    case "ADAGRAD" -> new AdaGrad(rate, value("epsilon", AdaGrad.DEFAULT_ADAGRAD_EPSILON));
                    case "ADADELTA" -> new AdaDelta(value("rho", 0.95), value("epsilon", 1e-6));
                    case "RMSPROP" -> new RmsProp(rate, value("rmsDecay", 0.95), epsilon());
                    case "NONE" -> new NoOp();
                    default -> {
                        notes.accept("updater(" + ConfigurationJson.shown(name) + "): SGD now");
                        yield new Sgd(rate);
                    }
                };
        if (schedule != null && updater.hasLearningRate()) {
            updater.setLrAndSchedule(Double.NaN, schedule);
        }
        return updater;
    }

    private double epsilon() {
        return value("epsilon", 1e-8);
    }

    /** 0.9.1 writes NaN for what was not set. */
    private double value(String field, double otherwise) {
        double value = fields.path(field).asDouble(Double.NaN);
        return Double.isNaN(value) ? otherwise : value;
    }
}
