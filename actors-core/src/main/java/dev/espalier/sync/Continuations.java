package dev.espalier.sync;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// The JDK's one-shot delimited continuation, `jdk.internal.vm.Continuation`, where its package is open to
/// this module; found by name, so that nothing here needs a flag to compile or to run without it.
///
/// On a green thread it nests in the thread's own continuation: when the code in it blocks, the JDK unmounts
/// both.
final class Continuations {
    /// Whether it can be used.
    static final boolean OPEN;

    private static final MethodHandle CREATE;
    private static final MethodHandle RUN;
    private static final MethodHandle IS_DONE;
    private static final MethodHandle REST;

    static {
        MethodHandle create = MethodHandles.zero(Object.class);
        MethodHandle run = create;
        MethodHandle isDone = create;
        MethodHandle rest = create;
        boolean open = false;
        try {
            Class<?> scopeType = Class.forName("jdk.internal.vm.ContinuationScope");
            Class<?> type = Class.forName("jdk.internal.vm.Continuation");
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            Object scope = lookup.findConstructor(scopeType, MethodType.methodType(void.class, String.class))
                    .invoke("espalier");
            create = lookup.findConstructor(type, MethodType.methodType(void.class, scopeType, Runnable.class))
                    .bindTo(scope)
                    .asType(MethodType.methodType(Object.class, Runnable.class));
            run = lookup.findVirtual(type, "run", MethodType.methodType(void.class))
                    .asType(MethodType.methodType(void.class, Object.class));
            isDone = lookup.findVirtual(type, "isDone", MethodType.methodType(boolean.class))
                    .asType(MethodType.methodType(boolean.class, Object.class));
            rest = lookup.findStatic(type, "yield", MethodType.methodType(boolean.class, scopeType))
                    .bindTo(scope);
            open = true;
        } catch (Throwable closed) {
            // Not open, or this JVM has none: green threads do as well.
        }
        OPEN = open;
        CREATE = create;
        RUN = run;
        IS_DONE = isDone;
        REST = rest;
    }

    private Continuations() {}

    static Object create(Runnable body) {
        try {
            return (Object) CREATE.invokeExact(body);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /// Runs it until it ends or comes to rest.
    ///
    /// @return whether it has ended
    static boolean run(Object continuation) {
        try {
            RUN.invokeExact(continuation);
            return (boolean) IS_DONE.invokeExact(continuation);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /// Lets the continuation that the caller runs in come to rest; returns when it is run again.
    ///
    /// @throws IllegalStateException if it cannot, because a native frame is on its stack
    static void rest() {
        try {
            boolean ignored = (boolean) REST.invokeExact();
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    private static RuntimeException unchecked(Throwable t) {
        if (t instanceof Error e) {
            throw e;
        }
        return t instanceof RuntimeException e ? e : new IllegalStateException(t);
    }
}
