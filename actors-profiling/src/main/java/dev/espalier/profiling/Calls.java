package dev.espalier.profiling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The messages of one type that one actor has handled. They are a list, which only grows.
///
/// *Threads.* As [Figures]; `next` is written by the actor, by release, and read by all, by acquire.
final class Calls extends Figures {
    private static final VarHandle NEXT;

    static {
        try {
            NEXT = MethodHandles.lookup().findVarHandle(Calls.class, "next", Calls.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Stands for the types beyond those that are told apart.
    static final class Other {}

    final Class<?> type;
    /// Its place among the types, from 1.
    final int number;

    private @Nullable Calls next;

    Calls(Class<?> type, int number) {
        this.type = type;
        this.number = number;
    }

    /// For the actor.
    void append(Calls last) {
        NEXT.setRelease(this, last);
    }

    /// For the actor.
    @Nullable
    Calls next() {
        return next;
    }

    @Nullable
    Calls nextAcquire() {
        return (Calls) NEXT.getAcquire(this);
    }

    String name() {
        return type == Other.class ? "(other types)" : type.getName();
    }
}
