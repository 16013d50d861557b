package org.boltzmann4j.arbiter;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.boltzmann4j.dl4j.RbmLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;

/** What layers of a network say beyond what their builders and the network's say by themselves, by the names of their fields. */
final class LayerDifferences {

    /** What follows from the place in the network, and what every layer states. */
    private static final Set<String> NOT_COMPARED = Set.of("nIn", "nOut", "timeDistributedFormat");

    private static final String REGULARIZATION = "regularization";

    private LayerDifferences() {}

    /** A new builder of the layer's type. */
    static Layer.Builder<?> builderOf(Layer layer) {
        String name = layer.getClass().getName() + "$Builder";
        try {
            Object builder = Class.forName(name, false, layer.getClass().getClassLoader())
                    .getConstructor()
                    .newInstance();
            return (Layer.Builder<?>) builder;
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new UnwritableException(
                    "a layer without a public builder, " + layer.getClass().getName());
        }
    }

    /** Layers of the same types and widths in a network of which nothing else is said. */
    static List<Layer> plain(List<Layer> layers) {
        try {
            return configured(layers);
        } catch (RuntimeException refused) {
            throw new UnwritableException("layers that need more than their widths: " + refused.getMessage());
        }
    }

    private static List<Layer> configured(List<Layer> layers) {
        NeuralNetConfiguration.ListBuilder network =
                new NeuralNetConfiguration.Builder().seed(0).list();
        for (Layer layer : layers) {
            Layer.Builder<?> builder = builderOf(layer);
            if (layer instanceof FeedForwardLayer sized && builder instanceof FeedForwardLayer.Builder<?> ofSized) {
                ofSized.nIn(sized.getNIn()).nOut(sized.getNOut());
            }
            network.layer(builder.build());
        }
        return network.build().getConfs().stream()
                .map(NeuralNetConfiguration::getLayer)
                .toList();
    }

    /** Settings that all layers share, that are not their defaults and that a network can state. */
    static Set<String> shared(List<Layer> layers, List<Layer> plain) {
        Set<String> shared = new LinkedHashSet<>();
        Map<String, Object> first = of(layers.get(0), plain.get(0));
        first.forEach((field, value) -> {
            boolean everywhere = true;
            for (int i = 0; i < layers.size(); i++) {
                Map<String, Object> here = of(layers.get(i), plain.get(i));
                everywhere &= layers.get(i) instanceof BaseLayer && JavaExpressions.same(here.get(field), value);
            }
            if (everywhere && (value instanceof Regularization || isOfEveryLayer(field))) {
                shared.add(field);
            }
        });
        return shared;
    }

    private static boolean isOfEveryLayer(String field) {
        return !Set.of("layerName", "activationFn", "constraints").contains(field)
                && (declares(BaseLayer.class, field) || declares(Layer.class, field));
    }

    private static boolean declares(Class<?> type, String field) {
        return Arrays.stream(type.getDeclaredFields())
                .anyMatch(declared -> declared.getName().equals(field));
    }

    /** Values of the settings that differ from another layer's of the same type, by the names of the fields. */
    static Map<String, Object> of(Layer layer, Layer plain) {
        Map<String, Object> differences = new LinkedHashMap<>();
        for (Class<?> type = layer.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                String name = field.getName();
                Method getter = Modifier.isStatic(field.getModifiers()) || NOT_COMPARED.contains(name)
                        ? null
                        : getter(layer.getClass(), name);
                if (getter == null || differences.containsKey(name) || isGiven(layer, name)) {
                    continue;
                }
                Object value = read(getter, layer);
                if (JavaExpressions.same(value, read(getter, plain))) {
                    continue;
                }
                if (name.startsWith(REGULARIZATION) && value instanceof List<?> terms) {
                    // Each by itself: layers add those of the network to their own.
                    String suffix = name.substring(REGULARIZATION.length());
                    terms.forEach(term -> differences.put(method((Regularization) term) + suffix, term));
                } else {
                    differences.put(name, value);
                }
            }
        }
        return differences;
    }

    /** The activation function of an RBM layer follows from its units. */
    private static boolean isGiven(Layer layer, String field) {
        return layer instanceof RbmLayer && field.equals("activationFn");
    }

    private static @Nullable Method getter(Class<?> type, String field) {
        String capital = field.substring(0, 1).toUpperCase(Locale.ROOT) + field.substring(1);
        for (String name : List.of("get" + capital, "is" + capital, field)) {
            try {
                return type.getMethod(name);
            } catch (NoSuchMethodException other) {
                // The next name, then.
            }
        }
        return null;
    }

    private static @Nullable Object read(Method getter, Layer layer) {
        try {
            return getter.invoke(layer);
        } catch (InvocationTargetException | IllegalAccessException e) {
            throw new UnwritableException(getter + " cannot be read: " + e);
        }
    }

    private static String method(Regularization term) {
        if (term instanceof L1Regularization) {
            return "l1";
        }
        return term instanceof L2Regularization ? "l2" : "weightDecay";
    }
}
