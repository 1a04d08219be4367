package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Registration;
import dev.espalier.sync.Spin;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What an asker does, on its own thread: makes the [Request], sends it, and waits or leaves a completion. No
/// state: all of it is in the request, but for what is learnt about how soon answers come.
final class Asking {
    /// For platform threads, which keep no green thread from its carrier: a short turn answers within a microsecond,
    /// and to be woken takes ten. One for the whole JVM.
    private static final Spin ANSWERS = new Spin(512);

    private Asking() {}

    /// Asks and waits.
    static <M, R> R ask(Cell<M> to, Function<ReplyTo<R>, ? extends M> request, Duration timeout) {
        Objects.requireNonNull(request, "request");
        Strand self = Strand.current();
        Request<R> pending = new Request<>(self, deadline(timeout), null);
        if (Cell.current() == to) {
            throw new AskCycleException("An actor cannot ask itself: " + to.path(), null);
        }
        if (!hasTime(pending)) {
            throw new AskTimeoutException(noTimeText(to, pending), null);
        }
        WaitEdge edge = WaitEdge.enter(WaitEdge.Kind.ASK, to, pending);
        try {
            send(to, request, pending);
            awaitDone(to, pending);
            return answer(pending);
        } catch (CancelledException e) {
            pending.abort(new AskTimeoutException("The asker was cancelled", e));
            throw e;
        } finally {
            edge.leave();
            tellWatch(to, pending);
        }
    }

    /// Tells whoever follows the messages of the asker how long it has waited.
    private static void tellWatch(Cell<?> to, Request<?> pending) {
        Cell<?> asker = pending.asker;
        MessageWatch watch = asker != null && asker.program instanceof MessageWatch.Watched own ? own.watch() : null;
        if (watch != null) {
            watch.asked(to, Strand.now() - pending.startedNanos);
        }
    }

    private static void awaitDone(Cell<?> to, Request<?> pending) {
        CancelScope.check(); // an ask delivers a cancel, however soon the answer comes
        if (comesAtOnce(pending)) {
            return;
        }
        while (!pending.isDone() && pending.deadlineNanos - Strand.now() > 0) {
            Strand.park(to, pending.deadlineNanos);
        }
        if (!pending.isDone()) {
            pending.abort(new AskTimeoutException(timeoutText(to, pending), null));
        }
    }

    /// Whether the answer comes while a platform thread looks for it. One that runs turns has a seat, which the asked
    /// actor may need.
    private static boolean comesAtOnce(Request<?> pending) {
        Strand self = pending.strand;
        return !self.thread().isVirtual() && self.host() == null && ANSWERS.until(self, pending::isDone);
    }

    /// An asked actor may reply null; the type of the reply says whether it does.
    @SuppressWarnings({"NullAway", "DataFlowIssue"})
    private static <R> R answer(Request<R> pending) {
        return pending.result();
    }

    private static <M, R> void send(Cell<M> to, Function<ReplyTo<R>, ? extends M> request, Request<R> pending) {
        M message = Objects.requireNonNull(request.apply(pending), "the request made by an ask");
        Asked entry = new Asked(pending, message, to);
        entry.accepted(); // nobody had it before
        Sending.send(to, entry);
    }

    /// Asks and does not wait: the completion is called once, on whatever thread.
    static <M, R> void askLater(
            Cell<M> to,
            Function<ReplyTo<R>, ? extends M> request,
            Duration timeout,
            BiConsumer<@Nullable R, @Nullable Throwable> completion) {
        Objects.requireNonNull(to, "target");
        Objects.requireNonNull(request, "request");
        Request<R> pending = new Request<>(Strand.current(), deadline(timeout), completion);
        if (!hasTime(pending)) {
            pending.abort(new AskTimeoutException(noTimeText(to, pending), null));
            return;
        }
        Registration timer = to.system.strand.schedule(
                pending.deadlineNanos, () -> pending.abort(new AskTimeoutException(timeoutText(to, pending), null)));
        pending.whenDone(timer);
        try {
            send(to, request, pending);
        } catch (MailboxFullException e) {
            pending.abort(e);
        } catch (Throwable t) { // it was never sent: no outcome
            timer.remove();
            throw t;
        }
    }

    /// Passes a request on.
    static <M> void forward(Request<?> request, Cell<M> to, M message) {
        Asked entry = new Asked(request, Objects.requireNonNull(message, "message"), to);
        try {
            Sending.send(to, entry);
        } catch (MailboxFullException e) {
            entry.abort(e);
        } catch (Throwable t) { // it was never sent
            entry.giveBack();
            throw t;
        }
        entry.accepted();
        WaitEdge.forwarded(request);
    }

    /// As [#forward], without waiting.
    static <M> Told tryForward(Request<?> request, Cell<M> to, M message) {
        Asked entry = new Asked(request, Objects.requireNonNull(message, "message"), to);
        Told told = Sending.trySend(to, entry);
        if (told == Told.ACCEPTED) {
            entry.accepted();
            WaitEdge.forwarded(request);
        } else {
            entry.giveBack();
        }
        return told;
    }

    /// Now plus the time-out, but not after the deadline of the request that the asker is handling.
    private static long deadline(Duration timeout) {
        Objects.requireNonNull(timeout, "An ask needs a deadline");
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("The time-out of an ask must not be negative: " + timeout);
        }
        long own = Strand.deadlineAfter(timeout);
        Cell<?> asker = Cell.current();
        CellContext<?> ctx = asker == null ? null : asker.context;
        long outer = ctx == null ? Long.MAX_VALUE : ctx.deadlineNanos();
        if (own == Long.MAX_VALUE || outer == Long.MAX_VALUE) {
            return own == Long.MAX_VALUE ? outer : own;
        }
        return own - outer <= 0 ? own : outer;
    }

    private static boolean hasTime(Request<?> pending) {
        return pending.deadlineNanos == Long.MAX_VALUE || pending.deadlineNanos - pending.startedNanos > 0;
    }

    private static String noTimeText(Cell<?> to, Request<?> pending) {
        return asker(pending) + " had no time left to ask " + to.path();
    }

    private static String timeoutText(Cell<?> to, Request<?> pending) {
        Asked holder = pending.holder();
        Cell<?> last = holder == null ? to : holder.to;
        return asker(pending) + " asked " + to.path()
                + (last == to ? "" : ", which forwarded it to " + last.path() + ",") + " and had no reply for "
                + Duration.ofNanos(to.system.now() - pending.startedNanos).toMillis()
                + " ms; the asked actor is " + last.state() + " (" + last.life.activity() + ") with "
                + last.mailbox.depth() + " messages queued";
    }

    private static String asker(Request<?> pending) {
        Cell<?> asker = pending.asker;
        return asker == null ? "thread " + pending.strand.thread().getName() : asker.path();
    }
}
