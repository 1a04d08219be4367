package dev.espalier.actor.testkit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Gives null to each parameter of public constructors and methods in turn, by reflection: so a new one is tried, too.
/// Whoever may not be given null must say so at once, by a [NullPointerException].
///
/// *Threads.* One at a time. *Failure.* What has taken null is listed, see [#wrong].
public final class Nulls {
    private static final String NULLABLE = "Nullable";

    private final Map<Class<?>, Supplier<?>> good = new HashMap<>();
    private final Set<String> free = new TreeSet<>();
    private final List<String> wrong = new ArrayList<>();
    private int tried;
    private int names;

    /// A tool that knows what to give for the other parameters: texts, times, numbers, and interfaces that do nothing.
    public Nulls() {
        give(String.class, () -> "name" + names++);
        give(Duration.class, () -> Duration.ofSeconds(1));
        give(Object.class, () -> "object");
        give(int.class, () -> 2);
        give(long.class, () -> 2L);
        give(double.class, () -> 0.5);
        give(boolean.class, () -> false);
        give(char.class, () -> 'c');
        give(float.class, () -> 0.5f);
    }

    /// Says what to give for a parameter of a type that is to be good.
    public <T> Nulls give(Class<T> type, Supplier<?> value) {
        good.put(type, value);
        return this;
    }

    /// Leaves methods out, by `Type.method`; that of a constructor is `Type.new`.
    public Nulls except(String... methods) {
        free.addAll(List.of(methods));
        return this;
    }

    /// Tries the constructors and static methods of a type.
    public void statics(Class<?> type) throws ReflectiveOperationException {
        if (!Modifier.isAbstract(type.getModifiers()) && !Throwable.class.isAssignableFrom(type)) {
            for (Constructor<?> each : type.getConstructors()) {
                parameters(null, each, type);
            }
        }
        for (Method each : type.getDeclaredMethods()) {
            if (Modifier.isStatic(each.getModifiers()) && Modifier.isPublic(each.getModifiers())) {
                parameters(null, each, type);
            }
        }
    }

    /// Tries the public methods that an object has as one of this type.
    public <T> void instance(Class<T> type, T target) throws ReflectiveOperationException {
        for (Method each : type.getMethods()) {
            if (!Modifier.isStatic(each.getModifiers())
                    && each.getDeclaringClass().getPackageName().startsWith("dev.")) {
                parameters(target, each, type);
            }
        }
    }

    /// What has not refused null as it must.
    public List<String> wrong() {
        return List.copyOf(wrong);
    }

    /// How many parameters have been tried.
    public int tried() {
        return tried;
    }

    private void parameters(Object target, Executable code, Class<?> type) throws ReflectiveOperationException {
        String name = type.getSimpleName() + "." + (code instanceof Method ? code.getName() : "new");
        if (code.isSynthetic() || code.getName().equals("equals") || free.contains(name)) {
            return;
        }
        Parameter[] parameters = code.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (!parameters[i].getType().isPrimitive() && !mayBeNull(parameters[i])) {
                attack(target, code, i, name + "(" + parameters[i].getType().getSimpleName() + " " + i + ")");
            }
        }
    }

    private static boolean mayBeNull(Parameter parameter) {
        AnnotatedType type = parameter.getAnnotatedType();
        if (type instanceof AnnotatedTypeVariable variable) {
            for (AnnotatedType bound : variable.getAnnotatedBounds()) {
                if (isNullable(bound)) {
                    return true;
                }
            }
        }
        return isNullable(type);
    }

    private static boolean isNullable(AnnotatedElement type) {
        for (var each : type.getAnnotations()) {
            if (each.annotationType().getSimpleName().equals(NULLABLE)) {
                return true;
            }
        }
        return false;
    }

    private void attack(Object target, Executable code, int bad, String name) throws ReflectiveOperationException {
        Object[] arguments = new Object[code.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i == bad ? null : good(code.getParameterTypes()[i]);
        }
        tried++;
        try {
            code.setAccessible(true);
            Object result = code instanceof Method method
                    ? method.invoke(target, arguments)
                    : ((Constructor<?>) code).newInstance(arguments);
            wrong.add(name + " took it and returned " + (result == null ? null : result.getClass()));
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            if (!(thrown instanceof NullPointerException)) {
                wrong.add(name + " threw " + thrown);
            } else if (String.valueOf(thrown.getMessage()).startsWith("Cannot ")) {
                wrong.add(name + " is not checked: " + thrown.getMessage());
            }
        }
    }

    private Object good(Class<?> type) {
        Supplier<?> value = good.get(type);
        if (value != null) {
            return value.get();
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isInterface() && !type.isSealed()) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> null);
        }
        return null;
    }
}
