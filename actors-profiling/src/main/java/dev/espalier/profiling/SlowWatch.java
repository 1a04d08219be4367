package dev.espalier.profiling;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Looks, while somebody records, for timed messages that take long, and tells the Flight Recorder where
/// their threads are; once for each message. One platform thread, `espalier-profiler`, which ends with the
/// last recording.
///
/// *Cost.* Every 50 ms a look at each actor that has had messages, if the event is recorded.
final class SlowWatch {
    private static final long PAUSE = 50_000_000L;
    private static final AtomicBoolean RUNNING = new AtomicBoolean();

    private SlowWatch() {}

    /// There is a recording: sees to it that the thread runs.
    static void begin() {
        if (Trees.isRecorded() && RUNNING.compareAndSet(false, true)) {
            Thread.ofPlatform().name("espalier-profiler").daemon().start(SlowWatch::run);
        }
    }

    private static void run() {
        try {
            while (Trees.isRecorded()) {
                if (SlowMessage.isOn()) {
                    Trees.all().forEach(tree -> tree.living().forEach(ActorRecord::tellIfSlow));
                }
                LockSupport.parkNanos(PAUSE);
            }
        } finally {
            RUNNING.set(false);
            begin(); // a recording that began just now has seen it running
        }
    }
}
