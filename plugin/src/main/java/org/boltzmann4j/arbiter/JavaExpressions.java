package org.boltzmann4j.arbiter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Specifications of this library and of the host as expressions of Java, and the imports these need. An object is written as the
 * shortest factory {@code of} or public constructor that makes an equal one of the object's own properties: what is written has been
 * tried. Mutable, for one source file.
 */
final class JavaExpressions {

    /** No type of the host's has a constructor of more that is needed: Adam's rate, two decays and epsilon. */
    private static final int MOST_ARGUMENTS = 4;

    private final Map<String, String> imports = new TreeMap<>();

    /** One line for each import, in the order of the alphabet. */
    String imports() {
        return imports.values().stream()
                .sorted()
                .map(name -> "import " + name + ";\n")
                .collect(Collectors.joining());
    }

    /** The name of a class in this file, which imports it unless it has another class of this name. */
    String name(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        if (outer != null) {
            return name(outer) + "." + type.getSimpleName();
        }
        String known = imports.putIfAbsent(type.getSimpleName(), type.getName());
        return known == null || known.equals(type.getName()) ? type.getSimpleName() : type.getName();
    }

    /**
     * A value as an expression.
     *
     * @throws UnwritableException if there is none
     */
    JavaText of(@Nullable Object value) {
        if (value == null) {
            throw new UnwritableException("a value that is missing");
        }
        return new JavaText(value, text(value));
    }

    private String text(Object value) {
        if (value instanceof String words) {
            return '"' + words.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
        }
        if (value instanceof Long number) {
            return number + "L";
        }
        if (value instanceof Double number && !Double.isFinite(number)) {
            return number.isNaN() ? "Double.NaN" : "Double." + (number > 0 ? "POSITIVE" : "NEGATIVE") + "_INFINITY";
        }
        if (value instanceof Double || value instanceof Integer || value instanceof Boolean) {
            return value.toString();
        }
        if (value instanceof Enum<?> constant) {
            return constantText(constant);
        }
        if (value instanceof List<?> list) {
            return name(List.class) + list.stream().map(this::text).collect(Collectors.joining(", ", ".of(", ")"));
        }
        return made(value);
    }

    private String constantText(Enum<?> constant) {
        return name(constant.getDeclaringClass()) + "." + constant.name();
    }

    /** An activation function, by its usual name if it has one. */
    JavaText activation(IActivation function) {
        return named(function, Activation.values(), Activation::getActivationFunction);
    }

    /** A start of the weights, by its usual name if it has one; a distribution is what the builders take for itself. */
    JavaText weightInit(IWeightInit start) {
        if (start instanceof WeightInitDistribution) {
            // It does not tell but in JSON.
            return of(SearchJson.read(SearchJson.tree(start).path("distribution"), Distribution.class));
        }
        return named(start, WeightInit.values(), WeightInit::getWeightInitFunction);
    }

    /** A loss, by its usual name if it has one. */
    JavaText loss(ILossFunction loss) {
        return named(loss, LossFunction.values(), LossFunction::getILossFunction);
    }

    private <C extends Enum<C>> JavaText named(Object value, C[] constants, Function<C, ?> meaning) {
        for (C constant : constants) {
            try {
                if (same(meaning.apply(constant), value)) {
                    return new JavaText(constant, constantText(constant));
                }
            } catch (RuntimeException meansNothingAlone) {
                // For example a distribution without its parameters.
            }
        }
        return of(value);
    }

    private String made(Object value) {
        List<Object> properties = properties(value);
        for (Executable way : ways(value.getClass())) {
            Object[] arguments = new Object[way.getParameterCount()];
            if (finds(value, way, properties, arguments, 0)) {
                return call(way) + arguments(arguments);
            }
        }
        if (value instanceof Record) {
            Object[] components = Arrays.stream(value.getClass().getRecordComponents())
                    .map(component -> read(component.getAccessor(), value))
                    .toArray();
            return "new " + name(value.getClass()) + arguments(components);
        }
        throw new UnwritableException("a " + value.getClass().getTypeName());
    }

    private String call(Executable way) {
        String type = name(way.getDeclaringClass());
        return way instanceof Method factory ? type + "." + factory.getName() : "new " + type;
    }

    private String arguments(@Nullable Object[] values) {
        return Arrays.stream(values)
                .map(value -> value == null ? "null" : text(value))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** Factories and constructors, those of few parameters first. */
    private static List<Executable> ways(Class<?> type) {
        Stream<Executable> factories = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("of")
                        && Modifier.isStatic(method.getModifiers())
                        && Modifier.isPublic(method.getModifiers())
                        && method.getReturnType() == type)
                .map(Executable.class::cast);
        Stream<Executable> constructors =
                Arrays.<Constructor<?>>stream(type.getConstructors()).map(Executable.class::cast);
        return Stream.concat(factories, constructors)
                .filter(way -> way.getParameterCount() <= MOST_ARGUMENTS)
                .sorted(Comparator.comparing(Executable::getParameterCount)
                        .thenComparing(way -> way instanceof Constructor)
                        .thenComparing(Executable::toGenericString))
                .toList();
    }

    /** Tries all properties for the parameters from the given one on. */
    private static boolean finds(
            Object wanted, Executable way, List<Object> properties, Object[] arguments, int parameter) {
        if (parameter == arguments.length) {
            return makes(wanted, way, arguments);
        }
        Class<?> type = BuilderCalls.boxed(way.getParameterTypes()[parameter]);
        for (Object property : properties) {
            if (type.isInstance(property)) {
                arguments[parameter] = property;
                if (finds(wanted, way, properties, arguments, parameter + 1)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean makes(Object wanted, Executable way, Object[] arguments) {
        try {
            Object made = way instanceof Method factory
                    ? factory.invoke(null, arguments)
                    : ((Constructor<?>) way).newInstance(arguments);
            return same(made, wanted);
        } catch (ReflectiveOperationException | IllegalArgumentException refused) {
            return false;
        }
    }

    /** Of the host's types not all know what is equal; a candidate is what its JSON says. */
    static boolean same(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            return one == other;
        }
        return one.getClass() == other.getClass()
                && (one.equals(other)
                        || (!(one instanceof Record) && SearchJson.write(one).equals(SearchJson.write(other))));
    }

    private static List<Object> properties(Object value) {
        if (value instanceof Record) {
            return Arrays.stream(value.getClass().getRecordComponents())
                    .map(RecordComponent::getAccessor)
                    .map(getter -> read(getter, value))
                    .filter(property -> property != null)
                    .collect(Collectors.toCollection(ArrayList::new));
        }
        return Arrays.stream(value.getClass().getMethods())
                .filter(method -> method.getParameterCount() == 0
                        && !Modifier.isStatic(method.getModifiers())
                        && method.getDeclaringClass() != Object.class
                        && method.getName().matches("(get|is)[A-Z].*"))
                .sorted(Comparator.comparing(Method::getName))
                .map(getter -> read(getter, value))
                .filter(property -> property != null)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static @Nullable Object read(Method getter, Object value) {
        try {
            return getter.invoke(value);
        } catch (InvocationTargetException | IllegalAccessException e) {
            throw new UnwritableException(getter + " cannot be read: " + e);
        }
    }
}
