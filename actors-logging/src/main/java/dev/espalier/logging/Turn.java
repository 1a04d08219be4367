package dev.espalier.logging;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The right to poll the queue and to use the sinks: at most one thread has it.
///
/// It is a lock of which a thread can be robbed: when a sink does not come back, the rest of the queue must
/// still be saved by somebody else.
///
/// | transition | by |
/// |---|---|
/// | FREE -> POLLING | whoever takes the turn, CAS |
/// | POLLING -> WRITING | its holder, before it calls the sinks, which may block |
/// | WRITING -> POLLING | its holder, afterwards, CAS |
/// | POLLING -> FREE | its holder; also from WRITING, if something was thrown there |
/// | FREE, WRITING -> LOST | who seizes it, CAS; for good |
///
/// 1. Between POLLING and the next FREE or WRITING nobody else touches the queue: only its holder leaves POLLING.
/// 2. Who was robbed learns it before it touches the queue again: `WRITING -> POLLING` fails.
///
/// If the holder stalls in POLLING, which is some instructions long, all wait for it; in WRITING, for the sinks.
final class Turn {
    private static final int FREE = 0;
    private static final int POLLING = 1;
    private static final int WRITING = 2;
    private static final int LOST = 3;

    private final AtomicInteger word = new AtomicInteger();
    /// Only good to be compared with the reader itself, who alone can have written itself.
    private @Nullable Thread holder;

    boolean isMine() {
        return Thread.currentThread().equals(holder);
    }

    boolean isLost() {
        return word.get() == LOST;
    }

    boolean tryTake() {
        if (word.compareAndSet(FREE, POLLING)) {
            holder = Thread.currentThread();
            return true;
        }
        return false;
    }

    /// Waits for the turn.
    ///
    /// @return false if it is lost or the time is over
    boolean await(long nanos) {
        long begun = System.nanoTime();
        Pause pause = new Pause();
        try {
            while (!tryTake()) {
                if (isLost() || System.nanoTime() - begun >= nanos) {
                    return false;
                }
                pause.next();
            }
            return true;
        } finally {
            pause.end();
        }
    }

    /// The holder gives it back; no-op for who was robbed.
    void give() {
        holder = null;
        if (!word.compareAndSet(POLLING, FREE)) {
            word.compareAndSet(WRITING, FREE); // something was thrown inside the sinks
        }
    }

    /// Shows who seizes it what was written before.
    void enterSinks() {
        word.setRelease(WRITING);
    }

    /// The sinks have come back.
    ///
    /// @return false if the holder was robbed: from now on it touches nothing
    boolean leaveSinks() {
        return word.compareAndSet(WRITING, POLLING);
    }

    /// Takes the turn from whoever has it, for good.
    void seize() {
        while (!word.compareAndSet(WRITING, LOST) && !word.compareAndSet(FREE, LOST) && word.get() != LOST) {
            Thread.onSpinWait();
        }
    }
}
