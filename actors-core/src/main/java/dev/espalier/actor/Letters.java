package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Counts, tells and logs dead letters.
final class Letters implements DeadLetters {
    private static final int LOGGED_PER_SECOND = 10;
    private static final long SECOND = 1_000_000_000L;

    private final ActorSystem system;
    private final List<LongAdder> counts = Stream.generate(LongAdder::new)
            .limit(DeadLetter.Reason.values().length)
            .toList();
    private final CopyOnWriteArrayList<Consumer<? super DeadLetter>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong windowStart;
    private final AtomicLong inWindow = new AtomicLong();

    Letters(ActorSystem system) {
        this.system = system;
        this.windowStart = new AtomicLong(system.now());
    }

    void add(DeadLetter letter) {
        counts.get(letter.reason().ordinal()).increment();
        for (Consumer<? super DeadLetter> listener : listeners) {
            try {
                listener.accept(letter);
            } catch (Throwable t) {
                Log.engineError("A listener of dead letters failed", t);
            }
        }
        system.observers.deadLetter(letter);
        if (!system.isStopping()) {
            log(letter);
        }
    }

    private void log(DeadLetter letter) {
        long now = system.now();
        long start = windowStart.get();
        if (now - start >= SECOND && windowStart.compareAndSet(start, now)) {
            long before = inWindow.getAndSet(0);
            if (before > LOGGED_PER_SECOND) {
                Log.info("{} more dead letters", before - LOGGED_PER_SECOND);
            }
        }
        if (inWindow.incrementAndGet() <= LOGGED_PER_SECOND) {
            Log.info("Dead letter for {} ({}): {}", letter.path(), letter.reason(), Failure.bounded(letter.message()));
        }
    }

    @Override
    public long count() {
        return counts.stream().mapToLong(LongAdder::sum).sum();
    }

    @Override
    public long count(DeadLetter.Reason reason) {
        return counts.get(Objects.requireNonNull(reason, "reason").ordinal()).sum();
    }

    @Override
    public Registration onDeadLetter(Consumer<? super DeadLetter> listener) {
        Objects.requireNonNull(listener, "listener");
        Consumer<DeadLetter> own = listener::accept;
        listeners.add(own);
        return () -> listeners.remove(own);
    }
}
