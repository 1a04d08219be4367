package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.Ledger;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Looks at all actors of a system and compares with what it saw before; each trouble is told once, until it is over.
///
/// A mailbox is first in, first out: when so many messages have been let in, and later not so many have been handled,
/// then the last of them has waited since. So one number for each actor tells the age of its queue.
///
/// *Threads.* Confined. *Memory.* What it notes of actors that have something to do or were started again.
final class Patrol {
    /// Looks that must have found a hog running.
    private static final int RUNNING = 3;

    /// What was seen of one actor.
    private static final class Notes {
        long calls = -1;
        long callsSince;
        int running;
        long letIn = -1;
        long letInAt;
        long callsThen;
        long restarts;
        /// When restarts were seen within the limit's time, and how many; at most as many as the limit.
        final Deque<Restarts> last = new ArrayDeque<>();
        final Map<Trouble.Kind, Trouble> told = new EnumMap<>(Trouble.Kind.class);
        long seen;
    }

    private record Restarts(long at, long number) {}

    private final Limits limits;
    private final Consumer<Trouble> tell;
    private final Map<ActorRecord, Notes> notes = new HashMap<>();
    /// Nobody knows when the restarts were that there have been before.
    private boolean first = true;

    Patrol(Limits limits, Consumer<Trouble> tell) {
        this.limits = limits;
        this.tell = tell;
    }

    /// @param now by a clock that only goes forward, in ns
    void look(Iterable<ActorRecord> records, long now) {
        for (ActorRecord record : records) {
            look(record, now);
        }
        notes.values().removeIf(each -> each.seen != now); // idle, or ended
        first = false;
    }

    /// Those that were not over at the last look.
    List<Trouble> goingOn() {
        return notes.values().stream()
                .flatMap(each -> each.told.values().stream())
                .toList();
    }

    private void look(ActorRecord record, long now) {
        boolean handles = record.isHandling();
        Ledger ledger = record.actor.ledger();
        long restarts = record.restarts();
        Notes known = notes.get(record);
        if (known == null) {
            if (!handles && ledger.queued() == 0 && restarts == 0) {
                return;
            }
            known = new Notes();
            known.restarts = first ? restarts : 0; // without notes it had had none
            notes.put(record, known);
        } else if (!handles && ledger.queued() == 0 && restarts == 0) {
            return; // it is forgotten
        }
        known.seen = now;
        inHand(record, known, handles, now);
        queue(record, known, ledger, handles, now);
        restarts(record, known, restarts, now);
    }

    private void inHand(ActorRecord record, Notes known, boolean handles, long now) {
        long calls = record.calls();
        if (!handles || calls != known.calls) {
            known.calls = calls;
            known.callsSince = now;
            known.running = 0;
            known.told.remove(Trouble.Kind.STUCK);
            known.told.remove(Trouble.Kind.HOG);
            return;
        }
        long age = now - known.callsSince;
        known.running += isRunning(record.actor) ? 1 : -known.running;
        if (known.running >= RUNNING && age >= limits.hogNanos()) {
            say(record, known, Trouble.Kind.HOG, "computes for over " + millis(age) + " over one " + record.inHand());
        }
        if (age >= limits.stuckNanos()) {
            say(
                    record,
                    known,
                    Trouble.Kind.STUCK,
                    "has had one " + record.inHand() + " in hand for over " + millis(age));
        }
    }

    private static boolean isRunning(ActorRef<?> actor) {
        Thread thread = actor.info().thread();
        return thread != null && thread.getState() == Thread.State.RUNNABLE;
    }

    private void queue(ActorRecord record, Notes known, Ledger ledger, boolean handles, long now) {
        if (ledger.accepted() - ledger.queued() >= known.letIn) {
            known.letIn = ledger.accepted();
            known.letInAt = now;
            known.callsThen = record.calls();
            known.told.remove(Trouble.Kind.QUEUE);
            known.told.remove(Trouble.Kind.STARVING);
            return;
        }
        long age = now - known.letInAt;
        if (age >= limits.queueNanos()) {
            boolean starves = !handles && record.calls() == known.callsThen;
            say(
                    record,
                    known,
                    starves ? Trouble.Kind.STARVING : Trouble.Kind.QUEUE,
                    (starves ? "gets no turn: a message waits" : "is behind: a message has waited") + " for over "
                            + millis(age) + ", " + ledger.queued() + " are in its mailbox");
        }
    }

    private void restarts(ActorRecord record, Notes known, long restarts, long now) {
        if (restarts > known.restarts) {
            known.last.addLast(new Restarts(now, restarts - known.restarts));
            known.restarts = restarts;
        }
        known.last.removeIf(each -> now - each.at >= limits.restartNanos());
        while (known.last.size() > limits.restarts()) {
            known.last.removeFirst(); // those after it are enough
        }
        long more = known.last.stream().mapToLong(Restarts::number).sum();
        if (more < limits.restarts()) {
            known.told.remove(Trouble.Kind.RESTARTS);
        } else {
            say(
                    record,
                    known,
                    Trouble.Kind.RESTARTS,
                    "was started again " + more + " times within " + millis(limits.restartNanos()));
        }
    }

    private void say(ActorRecord record, Notes known, Trouble.Kind kind, String text) {
        if (!known.told.containsKey(kind)) {
            Trouble trouble = new Trouble(kind, Instant.now(), record.actor.path(), text, Stacks.of(record.actor));
            known.told.put(kind, trouble);
            tell.accept(trouble);
        }
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }
}
