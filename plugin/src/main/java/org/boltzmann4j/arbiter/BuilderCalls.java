package org.boltzmann4j.arbiter;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Calls of a builder, made and written down at once, so that what the text makes is known without a compiler. Mutable. */
final class BuilderCalls {

    private final String indent;
    private final StringBuilder text;
    private Object builder;

    /**
     * Starts with a builder.
     *
     * @param builder called by reflection
     * @param expression that makes the builder
     * @param indent of every call, each on a line of its own
     */
    BuilderCalls(Object builder, String expression, String indent) {
        this.builder = builder;
        this.indent = indent;
        this.text = new StringBuilder(expression);
    }

    /**
     * Makes a call and goes on with what it returns.
     *
     * @throws UnwritableException if there is no such method, or it refuses the arguments
     */
    BuilderCalls call(String method, JavaText... arguments) {
        Object[] values = Arrays.stream(arguments).map(JavaText::value).toArray();
        Method found = Arrays.stream(builder.getClass().getMethods())
                .filter(candidate -> candidate.getName().equals(method) && accepts(candidate, values))
                .min(Comparator.comparing(Method::isVarArgs))
                .orElseThrow(() -> new UnwritableException(
                        builder.getClass().getName() + " has no method " + method + " for " + Arrays.toString(values)));
        try {
            builder = found.invoke(builder, found.isVarArgs() ? packed(found, values) : values);
        } catch (InvocationTargetException refused) {
            throw new UnwritableException(method + " refuses " + Arrays.toString(values) + ": " + refused.getCause());
        } catch (IllegalAccessException hidden) {
            throw new UnwritableException(method + " of " + builder.getClass().getName() + " is not public");
        }
        text.append('\n').append(indent).append('.').append(method).append('(');
        text.append(Arrays.stream(arguments).map(JavaText::text).collect(Collectors.joining(", ")));
        text.append(')');
        return this;
    }

    /** What the last call returned, and all calls. */
    JavaText result() {
        return new JavaText(builder, text.toString());
    }

    private static boolean accepts(Method method, Object[] values) {
        Class<?>[] types = method.getParameterTypes();
        int fixed = method.isVarArgs() ? types.length - 1 : types.length;
        if (values.length < fixed || (values.length > fixed && !method.isVarArgs())) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            Class<?> type = i < fixed ? types[i] : types[fixed].getComponentType();
            if (!boxed(type).isInstance(values[i])) {
                return false;
            }
        }
        return true;
    }

    private static Object[] packed(Method method, Object[] values) {
        Class<?>[] types = method.getParameterTypes();
        int fixed = types.length - 1;
        Object rest = Array.newInstance(types[fixed].getComponentType(), values.length - fixed);
        for (int i = fixed; i < values.length; i++) {
            Array.set(rest, i - fixed, values[i]);
        }
        Object[] packed = Arrays.copyOf(values, types.length);
        packed[fixed] = rest;
        return packed;
    }

    /** The type of the objects that a parameter takes. */
    static Class<?> boxed(Class<?> type) {
        return type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0).getClass() : type;
    }
}
