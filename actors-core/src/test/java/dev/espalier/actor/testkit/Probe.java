package dev.espalier.actor.testkit;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Restart;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.opentest4j.AssertionFailedError;

/// An actor that records the messages it gets, so that a test can wait for them.
///
/// {@snippet class="dev.espalier.actor.TestingGuideTest" region="probe"}
///
/// Every `expect` and `fishFor` takes messages out of the record in the order in which they arrived;
/// [#messages] still shows them afterwards. A request is a message like any other: the test takes it and
/// answers by its
/// `ReplyTo`.
///
/// *Time.* The waits use the clock of the thread that waits: in a simulation (`VirtualTime`) they are simulated
/// and cost nothing, also the wait for nothing. *Failure.* What does not come true is an [AssertionFailedError]
/// that says what came instead. *Threads.* Thread-safe; two threads that wait at once share the messages.
///
/// @param <M> the messages that it takes
public final class Probe<M> {
    private static final int LAST_SHOWN = 10;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Queue<M> all = new ConcurrentLinkedQueue<>();
    private final Queue<M> unread = new ConcurrentLinkedQueue<>();
    private final Queue<Strand> waiters = new ConcurrentLinkedQueue<>();
    private final ActorRef<M> ref;

    private Probe(ActorSystem system, String name) {
        // Temporary: a probe never fails, and one that was stopped is to leave its name free.
        ref = system.spawn(ActorSpec.<M>behavior(name, () -> (message, ctx) -> record(message))
                .mailbox(MailboxSpec.unbounded())
                .restart(Restart.TEMPORARY));
    }

    /// Starts a probe with a name of its own at the top of a system.
    ///
    /// @param system where it lives; stopping it stops the probe
    public static <M> Probe<M> start(ActorSystem system) {
        return start(system, "probe-" + NUMBER.incrementAndGet());
    }

    /// Starts a probe at the top of a system.
    ///
    /// @param system where it lives; stopping it stops the probe
    /// @param name as for any actor
    public static <M> Probe<M> start(ActorSystem system, String name) {
        return new Probe<>(system, name);
    }

    private void record(M message) {
        all.add(message);
        unread.add(message);
        waiters.forEach(Strand::unpark);
    }

    /// The actor itself: hand it to the code under test.
    public ActorRef<M> ref() {
        return ref;
    }

    /// All messages so far, also those that were expected already; oldest first.
    public List<M> messages() {
        return List.copyOf(all);
    }

    /// Takes the next message; waits for it.
    ///
    /// @param within how long at most; not negative; zero takes only what is there
    /// @throws AssertionFailedError if none came in time
    public M expectMessage(Duration within) {
        M message = poll(Strand.deadlineAfter(within));
        if (message == null) {
            throw failure("no message came within " + within);
        }
        return message;
    }

    /// Takes the next message, which must be of this type; waits for it.
    ///
    /// @param type the wanted class
    /// @param within how long at most; not negative; zero takes only what is there
    /// @throws AssertionFailedError if none came in time, or the next one is of another type (it is taken, too)
    public <T extends M> T expectMessage(Class<T> type, Duration within) {
        M message = poll(Strand.deadlineAfter(within));
        if (message == null) {
            throw failure("no " + type.getSimpleName() + " came within " + within);
        }
        if (!type.isInstance(message)) {
            throw failure("expected a " + type.getSimpleName() + ", but the next message was " + text(message));
        }
        return type.cast(message);
    }

    /// Makes sure that nothing comes.
    ///
    /// @param quiet how long; not negative. In real time the test takes that long
    /// @throws AssertionFailedError if a message was there or came
    public void expectNoMessage(Duration quiet) {
        M message = poll(Strand.deadlineAfter(quiet));
        if (message != null) {
            throw failure("expected no message for " + quiet + ", but there was " + text(message));
        }
    }

    /// Waits until an actor has ended, and all its descendants with it.
    ///
    /// @param actor any actor
    /// @param within how long at most; not negative
    /// @throws AssertionFailedError if it still lives then
    public void expectStopped(ActorRef<?> actor, Duration within) {
        if (!actor.stopped().waitForGo(within)) {
            throw new AssertionFailedError(actor.path() + " has not stopped within " + within + ": " + actor.info());
        }
    }

    /// Takes messages out until one is of this type, and drops those before it.
    ///
    /// @param type the wanted class
    /// @param within how long at most in all; not negative
    /// @throws AssertionFailedError if none came in time
    public <T extends M> T fishFor(Class<T> type, Duration within) {
        return type.cast(fish(type::isInstance, within, "no " + type.getSimpleName()));
    }

    /// Takes messages out until one is as wanted, and drops those before it.
    ///
    /// @param wanted tells; runs on the calling thread
    /// @param within how long at most in all; not negative
    /// @throws AssertionFailedError if none came in time
    public M fishFor(Predicate<? super M> wanted, Duration within) {
        return fish(wanted, within, "no wanted message");
    }

    private M fish(Predicate<? super M> wanted, Duration within, String what) {
        long deadline = Strand.deadlineAfter(within);
        int skipped = 0;
        for (M message = poll(deadline); message != null; message = poll(deadline)) {
            if (wanted.test(message)) {
                return message;
            }
            skipped++;
        }
        throw failure(what + " came within " + within + "; " + skipped + " others did");
    }

    /// The next message, or null when the time is over. The waiter registers before it looks, and whoever
    /// brings a message puts it in before it looks for waiters: one sees the other.
    private M poll(long deadlineNanos) {
        Strand self = Strand.current();
        waiters.add(self);
        try {
            while (true) {
                M message = unread.poll();
                if (message != null || isOver(deadlineNanos)) {
                    return message;
                }
                Strand.park(this, deadlineNanos);
            }
        } finally {
            waiters.remove(self);
        }
    }

    private static boolean isOver(long deadlineNanos) {
        return deadlineNanos != Long.MAX_VALUE && deadlineNanos - Strand.now() <= 0;
    }

    private AssertionFailedError failure(String what) {
        List<M> seen = new ArrayList<>(all);
        List<String> last = seen.subList(Math.max(0, seen.size() - LAST_SHOWN), seen.size()).stream()
                .map(Probe::text)
                .toList();
        return new AssertionFailedError(ref.path() + ": " + what + "; it is " + ref.state() + " and has got "
                + seen.size() + " messages in all, the last ones: " + last);
    }

    private static String text(Object message) {
        return Objects.toString(message);
    }
}
