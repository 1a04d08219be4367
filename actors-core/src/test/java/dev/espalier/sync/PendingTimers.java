package dev.espalier.sync;

import java.util.Set;

/// The timer tasks of the JVM's own clock that have neither run nor been removed. For the test kit.
public final class PendingTimers {
    private PendingTimers() {}

    /// Each task, by identity; its text says nothing more.
    public static Set<Runnable> now() {
        return Set.copyOf(RealGround.INSTANCE.pending());
    }
}
