package dev.espalier.actor;

import dev.espalier.sync.Deadlock;
import dev.espalier.sync.DeadlockWatch;
import dev.espalier.sync.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tells all observers of a system; what they throw is logged and changes nothing.
final class Observers {
    private interface Call {
        void on(ActorObserver observer) throws Exception;
    }

    private final ActorObserver[] all;
    private final ActorObserver[] reporters;
    private final ActorObserver[] others;
    private final ActorObserver[] arrivals;
    private final Runnable[] afterTurns;
    private volatile @Nullable Registration deadlocks;
    /// Written by who observes, read before each turn; a turn that misses a change is an old one.
    private volatile @Nullable TurnFrame frame;

    Observers(List<ActorObserver> observers) {
        all = observers.toArray(ActorObserver[]::new);
        Map<Boolean, List<ActorObserver>> parts =
                observers.stream().collect(Collectors.partitioningBy(ActorObserver::reportsFailures));
        reporters = parts.getOrDefault(true, List.of()).toArray(ActorObserver[]::new);
        others = parts.getOrDefault(false, List.of()).toArray(ActorObserver[]::new);
        List<ActorObserver> follow = new ArrayList<>();
        tell(all, o -> {
            if (o.followsArrivals()) {
                follow.add(o);
            }
        });
        arrivals = follow.toArray(ActorObserver[]::new);
        List<Runnable> after = new ArrayList<>();
        tell(all, o -> {
            Runnable action = o.afterTurns();
            if (action != null) {
                after.add(action);
            }
        });
        afterTurns = after.toArray(Runnable[]::new);
    }

    /// @return how many did not throw
    private static int tell(ActorObserver[] observers, Call call) {
        int well = 0;
        for (ActorObserver observer : observers) {
            try {
                call.on(observer);
                well++;
            } catch (Throwable t) {
                failed(observer, t);
            }
        }
        return well;
    }

    private static void failed(ActorObserver observer, Throwable thrown) {
        Log.engineError("The observer " + observer.getClass().getName() + " failed", thrown);
    }

    void systemStarted(ActorSystem system) {
        if (all.length > 0) {
            deadlocks = DeadlockWatch.onFound(found -> deadlock(system, found));
        }
        tell(all, o -> o.systemStarted(system));
    }

    void started(Cell<?> cell, int incarnation) {
        if (all.length > 0) {
            Serial.Turns.afterwards(() -> tell(all, o -> o.started(cell, incarnation)));
        }
    }

    /// Null if nobody follows the messages of this actor.
    @Nullable
    MessageWatch messagesOf(Cell<?> cell, Class<?> code) {
        List<MessageObserver> followers = new ArrayList<>(all.length);
        tell(all, o -> {
            MessageObserver follower = o.messagesOf(cell, code);
            if (follower != null) {
                followers.add(follower);
            }
        });
        return followers.isEmpty() ? null : new MessageWatch(cell, followers);
    }

    void arrived(Cell<?> cell, Sampled sampled, long nanos, int messages) {
        for (ActorObserver each : arrivals) {
            try {
                each.arrived(cell, sampled.sender, Mailbox.message(sampled.entry), nanos, messages);
            } catch (Throwable t) {
                failed(each, t);
            }
        }
    }

    /// A turn has ended, of whomever.
    void afterTurn() {
        for (Runnable each : afterTurns) {
            try {
                each.run();
            } catch (Throwable t) {
                Log.engineError("What an observer does after turns failed", t);
            }
        }
    }

    /// What stands below each turn; null for nothing.
    @Nullable
    TurnFrame frame() {
        return frame;
    }

    void frame(@Nullable TurnFrame value) {
        frame = value;
    }

    /// Runs a step in the frame, and without it if it does not.
    static boolean step(TurnFrame frame, Cell<?> cell, BooleanSupplier step) {
        boolean[] calledMore = new boolean[2];
        try {
            frame.run(cell, () -> {
                calledMore[0] = true;
                calledMore[1] = step.getAsBoolean();
                return calledMore[1];
            });
        } catch (Throwable t) {
            Log.engineError("The frame of turns " + frame.getClass().getName() + " failed", t);
        }
        return calledMore[0] ? calledMore[1] : step.getAsBoolean();
    }

    void failed(Cell<?> cell, Failure failure, Decision decision, int restarts) {
        Call call = o -> o.failed(cell, failure, decision, restarts);
        try {
            if (tell(reporters, call) == 0 && Log.isErrorEnabled()) {
                Log.error("{}", failure.report(decision));
            }
        } finally { // whatever an appender throws
            tell(others, call);
        }
    }

    void hookFailed(String path, String hook, Throwable thrown) {
        Log.error("{} of {} failed", hook, path, thrown);
        tell(all, o -> o.hookFailed(path, hook, thrown));
    }

    void stopped(Cell<?> cell, Ending end) {
        tell(all, o -> o.stopped(cell, end.how(), end));
    }

    void deadLetter(DeadLetter letter) {
        tell(all, o -> o.deadLetter(letter));
    }

    void mailboxFull(Cell<?> cell, long depth, String sender) {
        tell(all, o -> o.mailboxFull(cell, depth, sender));
    }

    private void deadlock(ActorSystem system, Deadlock found) {
        boolean ours = found.members().stream()
                .anyMatch(each -> each.waiter() instanceof Cell<?> cell && cell.system.equals(system));
        if (ours) {
            tell(all, o -> o.deadlock(found));
        }
    }

    void systemStopped(ActorSystem system, StopReport report) {
        Registration listener = deadlocks;
        if (listener != null) {
            listener.remove();
        }
        tell(List.of(all).reversed().toArray(ActorObserver[]::new), o -> o.systemStopped(system, report));
    }

    boolean isEmpty() {
        return all.length == 0;
    }
}
