package dev.espalier.actor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assertions;

/// What happened in one run of a test: what actors note themselves, and what an observer sees. Thread-safe.
final class Events implements ActorObserver {
    record Judged(Failure failure, Decision decision) {}

    private final List<String> noted = new ArrayList<>();
    private final Map<String, Integer> traps = new HashMap<>();
    final ConcurrentLinkedQueue<Judged> failures = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Failure> childFailures = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> hookFailures = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> started = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> stopped = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<DeadLetter> deadLetters = new ConcurrentLinkedQueue<>();

    synchronized void add(String what) {
        noted.add(what);
    }

    /// What was noted since the last call.
    synchronized List<String> take() {
        List<String> all = List.copyOf(noted);
        noted.clear();
        return all;
    }

    /// Makes the hook fail so many times from now on.
    synchronized void trap(String point, int times) {
        traps.put(point, times);
    }

    /// Fails if a trap was set.
    void trip(String point) {
        synchronized (this) {
            if (traps.merge(point, -1, Integer::sum) < 0) {
                traps.put(point, 0);
                return;
            }
        }
        throw new Trials.Boom(point);
    }

    void hook(String point) {
        add(point);
        trip(point);
    }

    /// "path decision" for each failure that was reported.
    List<String> judgements() {
        return failures.stream()
                .map(judged -> judged.failure.path() + " " + judged.decision)
                .toList();
    }

    void assertEachFailureOnce() {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Judged judged : failures) {
            Assertions.assertTrue(seen.add(judged.failure), () -> "reported twice: " + judged.failure);
        }
    }

    @Override
    public void started(ActorRef<?> actor, int incarnation) {
        started.add(actor.path() + "#" + incarnation);
    }

    @Override
    public void failed(Failure failure, Decision decision) {
        failures.add(new Judged(failure, decision));
    }

    @Override
    public void hookFailed(String path, String hook, Throwable thrown) {
        hookFailures.add(path + " " + hook + " " + thrown.getMessage());
    }

    @Override
    public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
        stopped.add(actor.path() + " " + how);
    }

    @Override
    public void deadLetter(DeadLetter letter) {
        deadLetters.add(letter);
    }
}
