package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Progress;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.Till;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Null and impossible numbers, given to each parameter of the public methods in turn, by reflection: so a new
/// method is tried, too.
class BadInputTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    /// Whose numbers may be anything (a clock's, or a value that is reached already), who may reply null, and the
    /// engine's own.
    private static final List<String> FREE = List.of(
            "ActorSystem.exit",
            "Progress.advanceTo",
            "Progress.onReached",
            "Progress.waitFor",
            "Strand.park",
            "Strand.giveWay",
            "Strand.parkIdle",
            "Strand.schedule",
            "Till.at",
            "CancelScope.expect",
            "CancelScope.leave",
            "Inbox.forEach",
            "ReplyTo.reply");

    private final TreeSet<String> wrong = new TreeSet<>();
    private int tried;
    private int names;

    /// A value that is not allowed, and what must be thrown for it.
    private record Bad(
            Predicate<Parameter> parameters, @Nullable Object value, Class<?> thrown) {}

    // What is tried.

    private void tryAll(Bad bad) throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Object> other = system.spawn("other", () -> (message, ctx) -> {});
            tryEach(bad, system, other);
            system.spawnBody("body", (inbox, ctx) -> instance(bad, inbox, Inbox.class, other));
            ActorRef<Object> actor = system.spawn("actor", () -> (message, ctx) -> {
                instance(bad, ctx, ActorContext.class, other);
                instance(bad, ctx.timers(), Timers.class, other);
                instance(bad, ctx.children(), Children.class, other);
            });
            actor.tell("go");
            ActorRef<ReplyTo<Integer>> asked = system.spawn("asked", () -> (replyTo, ctx) -> {
                instance(bad, replyTo, ReplyTo.class, other);
                replyTo.reply(1);
            });
            assertEquals(1, asked.<Integer>ask(replyTo -> replyTo, SECOND));
            assertTrue(actor.awaitProcessed(SECOND));
            assertEquals(List.of(), system.failures());
        });
        assertEquals("", String.join("\n", wrong));
    }

    private void tryEach(Bad bad, ActorSystem system, ActorRef<Object> other) throws Exception {
        for (Class<?> type : List.of(
                ActorSystem.class,
                ActorSpec.class,
                MailboxSpec.class,
                BackOff.class,
                Supervision.class,
                ProcessEnd.class,
                CancelScope.class,
                Signal.class,
                Strand.class,
                Till.class)) {
            statics(bad, type, other);
        }
        Map<Class<?>, Object> instances = Map.of(
                ActorSystem.class,
                system,
                ActorRef.class,
                other,
                ActorSpec.class,
                ActorSpec.behavior("spec", () -> (message, ctx) -> {}),
                ActorSystem.Builder.class,
                ActorSystem.builder("builder"),
                DeadLetters.class,
                system.deadLetters(),
                Supervision.class,
                Supervision.DEFAULT,
                MailboxSpec.class,
                MailboxSpec.unbounded(),
                Signal.class,
                new Signal(),
                Progress.class,
                new Progress(),
                Strand.class,
                Strand.current());
        for (Map.Entry<Class<?>, Object> each : instances.entrySet()) {
            instance(bad, each.getValue(), each.getKey(), other);
        }
    }

    private void statics(Bad bad, Class<?> type, ActorRef<Object> other) throws Exception {
        Stream<Executable> all = Stream.concat(
                Stream.of(type.getMethods()).filter(method -> Modifier.isStatic(method.getModifiers())),
                Stream.of(type.getConstructors()));
        for (Executable each : all.toList()) {
            parameters(bad, null, each, type, other);
        }
    }

    private void instance(Bad bad, Object target, Class<?> type, ActorRef<Object> other) throws Exception {
        for (Method each : type.getMethods()) {
            if (!Modifier.isStatic(each.getModifiers()) && each.getDeclaringClass() != Object.class) {
                parameters(bad, target, each, type, other);
            }
        }
    }

    private void parameters(Bad bad, @Nullable Object target, Executable code, Class<?> type, ActorRef<Object> other)
            throws Exception {
        String name = type.getSimpleName() + "." + code.getName();
        if (code.getName().equals("equals") || code.getName().equals("valueOf") || FREE.contains(name)) {
            return;
        }
        Parameter[] parameters = code.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (bad.parameters.test(parameters[i])) {
                String which = name + "(" + parameters[i].getType().getSimpleName() + " " + i + ")";
                expect(bad, target, code, arguments(parameters, i, bad.value, other), which);
            }
        }
    }

    private Object[] arguments(Parameter[] parameters, int bad, @Nullable Object value, ActorRef<Object> other) {
        Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = parameters[i].getType();
            arguments[i] = i == bad ? converted(value, type) : good(type, other);
        }
        return arguments;
    }

    private static @Nullable Object converted(@Nullable Object value, Class<?> type) {
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 1); // of a null
        }
        return type == long.class && value instanceof Integer number ? (Object) number.longValue() : value;
    }

    private void expect(Bad bad, @Nullable Object target, Executable code, Object[] arguments, String name)
            throws Exception {
        tried++;
        try {
            if (code instanceof Method method) {
                method.setAccessible(true);
                method.invoke(target, arguments);
            } else {
                ((Constructor<?>) code).newInstance(arguments);
            }
            wrong.add(name + " took it");
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            if (thrown.getClass() != bad.thrown || (thrown.getMessage() == null && !code.isVarArgs())) {
                wrong.add(name + " threw " + thrown);
            } else if (String.valueOf(thrown.getMessage()).startsWith("Cannot ")) {
                wrong.add(name + " is not checked: " + thrown);
            }
        }
    }

    /// A value that is allowed.
    private @Nullable Object good(Class<?> type, ActorRef<Object> other) {
        if (type == String.class) {
            return "name" + names++;
        } else if (type == Duration.class) {
            return SECOND;
        } else if (type == int.class) {
            return 2;
        } else if (type == long.class) {
            return 2L;
        } else if (type == double.class) {
            return 0.5;
        } else if (type == boolean.class) {
            return false;
        } else if (type == ActorRef.class) {
            return other;
        } else if (type == Supervision.class) {
            return Supervision.DEFAULT;
        } else if (type == Signal.class) {
            return new Signal();
        } else if (Collection.class.isAssignableFrom(type)) {
            return List.of();
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        } else if (type == ActorSpec.class) {
            return ActorSpec.behavior("name" + names++, () -> (message, ctx) -> {});
        } else if (type.isInterface()) {
            return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                return args == null || args.length == 0 ? null : args[0];
            });
        }
        return type == Object.class ? "object" : null;
    }

    // What must not be given.

    private static boolean takesNull(AnnotatedElement type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    @Test
    void shouldRefuseNull() throws Exception {
        tryAll(new Bad(
                parameter -> !parameter.getType().isPrimitive() && !takesNull(parameter.getAnnotatedType()),
                null,
                NullPointerException.class));
        assertTrue(tried > 80, () -> "only " + tried + " were tried");
    }

    @Test
    void shouldRefuseANegativeDuration() throws Exception {
        tryAll(new Bad(
                parameter -> parameter.getType() == Duration.class,
                Duration.ofNanos(-1),
                IllegalArgumentException.class));
        assertTrue(tried > 20, () -> "only " + tried + " were tried");
    }

    @Test
    void shouldRefuseANegativeNumber() throws Exception {
        tryAll(new Bad(
                parameter -> parameter.getType() == int.class || parameter.getType() == long.class,
                -1,
                IllegalArgumentException.class));
        assertTrue(tried > 5, () -> "only " + tried + " were tried");
    }
}
