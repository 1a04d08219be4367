package dev.espalier.observer;

import dev.espalier.actor.DeadLetter;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.StopReport;
import dev.espalier.sync.Registration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The last events of one system, as text: bounded in number and in length, so they keep nothing alive.
///
/// *Threads.* Thread-safe. The lock is held for a few instructions. Dead letters come by the million when an
/// actor has died that others flood: who finds the lock taken then lets the line go, for the count has it
/// anyway.
final class Events {
    static final int MOST_ENDS = 20_000;
    private static final int MOST = 200;
    private static final int TEXT = 500;

    /// One failure, and what was decided.
    record Failed(
            Instant at,
            String path,
            int incarnation,
            String decision,
            @Nullable String message,
            String cause,
            List<String> stack) {}

    /// A message that nobody handled.
    record Letter(Instant at, String path, String type, String reason) {}

    /// Anything else that people should look at.
    record Incident(Instant at, String kind, String path, String text) {}

    /// Who sends what to whom.
    final Flow flow = new Flow();
    /// For meters.
    final ByClass byClass = new ByClass();

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Failed> failures = new ArrayDeque<>();
    private final Deque<Letter> letters = new ArrayDeque<>();
    private final Deque<Incident> incidents = new ArrayDeque<>();
    private final List<StopReport.End> ends = new ArrayList<>();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong odd = new AtomicLong();
    private volatile @Nullable StopReport report;
    private final List<Runnable> onFinished = new CopyOnWriteArrayList<>();

    static String bounded(Throwable thrown) {
        String text;
        try {
            text = String.valueOf(thrown.toString());
        } catch (RuntimeException e) { // it is the user's
            text = thrown.getClass().getName();
        }
        return text.length() > TEXT ? text.substring(0, TEXT) + "…" : text;
    }

    void failed(Failure failure, Decision decision) {
        List<String> stack = new ArrayList<>();
        for (Throwable at = failure.cause(); at != null && stack.size() < 40; at = at.getCause()) {
            stack.add((stack.isEmpty() ? "" : "Caused by: ") + bounded(at));
            for (StackTraceElement frame : at.getStackTrace()) {
                if (stack.size() < 40) {
                    stack.add("    at " + frame);
                }
            }
        }
        Failed line = new Failed(
                failure.at(),
                failure.path(),
                failure.incarnation(),
                Words.of(decision),
                failure.message(),
                bounded(failure.cause()),
                List.copyOf(stack));
        lock.lock();
        try {
            put(failures, line);
            failed.incrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    void deadLetter(DeadLetter letter) {
        if (lock.tryLock()) {
            try {
                String type = letter.message().getClass().getName();
                put(letters, new Letter(Instant.now(), letter.path(), type, Words.of(letter.reason())));
            } finally {
                lock.unlock();
            }
        }
    }

    void incident(String kind, String path, String text) {
        String line = text.length() > TEXT ? text.substring(0, TEXT) + "…" : text;
        lock.lock();
        try {
            put(incidents, new Incident(Instant.now(), kind, path, line));
            odd.incrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    void ended(StopReport.End end) {
        lock.lock();
        try {
            if (ends.size() < MOST_ENDS) {
                ends.add(end);
            }
        } finally {
            lock.unlock();
        }
    }

    void finished(StopReport made) {
        report = made;
        onFinished.forEach(Runnable::run);
    }

    /// What to do when the report is there; for each observer of the system.
    ///
    /// @return to take it back
    Registration onFinished(Runnable action) {
        onFinished.add(action);
        return () -> onFinished.remove(action);
    }

    private static <T> void put(Deque<T> last, T line) {
        if (last.size() == MOST) {
            last.removeLast();
        }
        last.addFirst(line);
    }

    // The readers.

    long failures() {
        return failed.get();
    }

    long incidents() {
        return odd.get();
    }

    @Nullable
    StopReport report() {
        return report;
    }

    /// Newest first.
    List<Failed> lastFailures() {
        return copy(failures);
    }

    /// Newest first.
    List<Letter> lastLetters() {
        return copy(letters);
    }

    /// Newest first.
    List<Incident> lastIncidents() {
        return copy(incidents);
    }

    /// In the order in which they ended, from the given one on.
    List<StopReport.End> ends(int from) {
        lock.lock();
        try {
            return List.copyOf(ends.subList(Math.min(from, ends.size()), ends.size()));
        } finally {
            lock.unlock();
        }
    }

    private <T> List<T> copy(Deque<T> last) {
        lock.lock();
        try {
            return List.copyOf(last);
        } finally {
            lock.unlock();
        }
    }
}
