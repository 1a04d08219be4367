package dev.espalier.actor;

import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs a [Body] or a [ResultBody]: one command of life starts it, and it ends when it returns. Its inbox is
/// where it meets the engine.
final class BodyProgram<M> extends Program<M> implements Inbox<M>, MessageWatch.Watched {
    /// Messages received and not yet declared as processed.
    private int inHand;
    /// Whether life knows that this incarnation has started.
    private boolean ready;
    private @Nullable Object last;
    /// The requests of a batch, but for the first message.
    private List<Asked> requests = List.of();
    /// Who follows the messages, once that was asked.
    private @Nullable MessageWatch watch;
    private boolean watchKnown;
    /// Whether they were told of a start and not of an end.
    private boolean watching;
    /// Whether what the message in hand carries is current, in place of `outerTrace`.
    private boolean carrying;
    private @Nullable TraceContext outerTrace;
    /// Messages of the control lane that wait for the next receive.
    private final ArrayDeque<Object> delivered = new ArrayDeque<>(0);

    BodyProgram(Cell<M> cell) {
        super(cell);
    }

    @SuppressWarnings("unchecked") // see SpawnOptions.Kind
    private @Nullable Object runCode(ActorContext<M> ctx) throws Exception {
        if (cell.spec.options.kind == SpawnOptions.Kind.BODY) {
            ((Body<M>) cell.spec.code).run(this, ctx);
            return null;
        }
        return ((ResultBody<M, ?>) cell.spec.code).run(this, ctx);
    }

    @Override
    @Nullable
    Object inHand() {
        return last;
    }

    @Override
    boolean endsItself() {
        return true;
    }

    @Override
    void stepOnce() {
        step(Strand.current());
    }

    /// The end of the inbox is work, too: a body on its way to its park must not miss that its children are
    /// gone, which comes after it has reported its mailbox drained and without a further command.
    @Override
    boolean hasWork() {
        return super.hasWork() || (live && ended());
    }

    @Override
    boolean hasMessages() {
        return mailbox.hasNext() || !delivered.isEmpty();
    }

    @Override
    boolean hasAside() {
        return !delivered.isEmpty();
    }

    @Override
    void deliver(M message) {
        delivered.add(Sampled.carrying(message, Strand.current().trace()));
    }

    @Override
    boolean step(Strand self) {
        Command next = takeCommand();
        if (next == null) {
            return false;
        }
        switch (next) {
            case BEGIN, BEGIN_AGAIN, RESUME -> runBody();
            case END -> cell.life.userEnded();
            case CLOSE -> {
                closeMailbox();
                finish();
            }
        }
        return !isFinished();
    }

    private void runBody() {
        drainReported = false;
        openScope();
        CellContext<M> ctx = newContext();
        live = true;
        ready = !cell.spec.options.saysReady;
        if (ready) {
            cell.life.userStarted();
        }
        @Nullable Object[] result = new @Nullable Object[1];
        Throwable thrown = call(() -> {
            result[0] = runCode(ctx);
            return null;
        });
        if (isFinished()) {
            return;
        }
        Object message = last == null ? null : Mailbox.message(last);
        if (thrown != null) {
            failRequests(thrown);
        }
        watchEnd(thrown);
        settle();
        endContext();
        if (!ready) {
            cell.life.userStartFailed(thrown == null ? neverReady() : thrown);
        } else if (thrown == null) {
            cell.result = result[0];
            cell.life.userEnded();
        } else if (wasCancelled(thrown)) {
            cell.life.userEnded();
        } else {
            cell.life.userFailed(cell.life.failure(thrown, message));
        }
    }

    private RuntimeException neverReady() {
        return new IllegalStateException(cell.path() + " ended before it said that it was ready");
    }

    @Override
    void ready() {
        enterEngine();
        try {
            sayReady();
        } finally {
            leaveEngine();
        }
    }

    private void sayReady() {
        if (!ready) {
            ready = true;
            cell.life.userStarted();
        }
    }

    private void failRequests(Throwable thrown) {
        if (last instanceof Asked request) {
            request.abort(new ActorFailedException(cell.path() + " failed over the request", thrown));
        }
        for (Asked request : requests) {
            request.abort(new ActorFailedException(cell.path() + " failed over the request", thrown));
        }
    }

    @Override
    void settleAbandoned() {
        mailbox.held(0);
        mailbox.countProcessed(inHand);
        requests.forEach(Asked::refuse);
    }

    // The inbox. The body's thread is in user code: each method takes it into the engine and back.

    @Override
    public @Nullable MessageWatch watch() {
        if (!watchKnown) {
            watchKnown = true;
            watch = cell.system.observers.messagesOf(cell, cell.spec.code.getClass());
        }
        return watch;
    }

    /// A message begins: what it carries is current until the next receive.
    private void watchStart(Object message, @Nullable TraceContext trace) {
        MessageWatch follow = watch();
        TraceContext current = trace;
        if (follow != null) {
            watching = true;
            current = follow.started(message, trace);
        }
        if (current != null && !carrying) { // of a batch, the first
            Strand self = Strand.current();
            carrying = true;
            outerTrace = self.trace();
            self.trace(current);
        }
    }

    private void endTrace() {
        if (carrying) {
            Strand.current().trace(outerTrace);
            carrying = false;
            outerTrace = null;
        }
    }

    private void watchEnd(@Nullable Throwable thrown) {
        MessageWatch follow = watch;
        if (watching && follow != null) {
            watching = false;
            follow.ended(thrown);
        }
    }

    private void settle() {
        watchEnd(null);
        endTrace();
        if (inHand > 0) {
            int done = inHand;
            inHand = 0;
            mailbox.held(0); // before the fate: who waits for the last fate finds nothing held
            mailbox.countProcessed(done);
        }
        last = null;
        requests.forEach(cell::noteUnanswered);
        requests = List.of();
        CellContext<M> ctx = context();
        ctx.messageEnded();
    }

    private void checkThread() {
        if (!Thread.currentThread().equals(userThread())) {
            throw new IllegalStateException("The inbox of " + cell.path() + " belongs to its own thread");
        }
    }

    private boolean ended() {
        return halted || aborted || !live || (drainMark >= 0 && childrenGone && !mailbox.hasNext());
    }

    /// In no context but its own: what the body itself runs in is not what a timer carries.
    private void runLaneTask() {
        Strand self = Strand.current();
        TraceContext before = self.trace();
        self.trace(null);
        leaveEngine();
        try {
            runTask();
        } finally {
            enterEngine();
            self.trace(before);
        }
    }

    /// Takes the next entry, running the control lane meanwhile; null when ended or the time is over.
    private @Nullable Object next(long deadlineNanos) {
        while (true) {
            while (!laneIsEmpty() && !suspended) {
                runLaneTask();
            }
            if (drainDue()) {
                reportDrained();
            }
            if (ended()) {
                return null;
            }
            if (!suspended) {
                Object first = delivered.poll();
                if (first != null) {
                    Object message = Sampled.opened(first);
                    watchStart(message, Sampled.trace(first));
                    return message;
                }
                Object packed = mailbox.poll();
                Object entry = opened(packed);
                if (entry instanceof Asked request && request.isExpired()) {
                    cell.deadLetter(entry, DeadLetter.Reason.EXPIRED);
                    endExpired();
                    continue;
                }
                if (entry != null) {
                    last = entry;
                    inHand++;
                    mailbox.held(inHand);
                    context().messageStarted(entry);
                    watchStart(Mailbox.message(entry), Sampled.trace(packed));
                    return entry;
                }
            }
            if (deadlineNanos != Long.MAX_VALUE && deadlineNanos - Strand.now() <= 0) {
                return null;
            }
            leaveEngine(); // while it is parked it can be given up
            try {
                cell.scheduler().await(cell, deadlineNanos);
            } finally {
                enterEngine();
            }
        }
    }

    /// The next message within the user's time, or null.
    private @Nullable M receiveOrNull(long deadlineNanos) {
        checkThread();
        enterEngine();
        try {
            sayReady();
            settle();
            return cast(next(deadlineNanos));
        } finally {
            leaveEngine();
        }
    }

    @SuppressWarnings("unchecked")
    private @Nullable M cast(@Nullable Object entry) {
        return entry == null ? null : (M) Mailbox.message(entry);
    }

    @Override
    public Optional<M> receive() {
        return Optional.ofNullable(receiveOrNull(Long.MAX_VALUE));
    }

    @Override
    public Optional<M> receive(Duration timeout) {
        return Optional.ofNullable(receiveOrNull(Strand.deadlineAfter(Objects.requireNonNull(timeout, "timeout"))));
    }

    @Override
    public List<M> receiveBatch(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("A batch needs room for at least 1 message, not " + most);
        }
        List<M> batch = new ArrayList<>();
        M first = receiveOrNull(Long.MAX_VALUE);
        if (first == null) {
            return batch;
        }
        batch.add(first);
        enterEngine();
        try {
            while (batch.size() < most && mailbox.hasNext() && !halted && !aborted && !suspended) {
                Object packed = mailbox.poll();
                if (packed != null && Sampled.opened(packed) instanceof Asked request && request.isExpired()) {
                    cell.deadLetter(
                            request, DeadLetter.Reason.EXPIRED); // if its arrival were told it would be the next one's
                    continue;
                }
                Object entry = opened(packed);
                M message = cast(entry);
                if (message == null) {
                    break;
                }
                keepRequest(entry);
                inHand++;
                mailbox.held(inHand);
                watchStart(message, Sampled.trace(packed));
                batch.add(message);
            }
        } finally {
            leaveEngine();
        }
        return batch;
    }

    private void keepRequest(@Nullable Object entry) {
        if (entry instanceof Asked request) {
            if (requests.isEmpty()) {
                requests = new ArrayList<>();
            }
            requests.add(request);
        }
    }

    @Override
    public void taskDone() {
        checkThread();
        enterEngine();
        try {
            settle();
        } finally {
            leaveEngine();
        }
    }

    @Override
    public boolean isEnded() {
        checkThread();
        return ended();
    }

    @Override
    public Iterator<M> iterator() {
        return new Iterator<>() {
            private @Nullable M ahead;

            @Override
            public boolean hasNext() {
                if (ahead == null) {
                    ahead = receiveOrNull(Long.MAX_VALUE);
                }
                return ahead != null;
            }

            @Override
            public M next() {
                M message = hasNext() ? ahead : null;
                ahead = null;
                if (message == null) {
                    throw new NoSuchElementException("The inbox of " + cell.path() + " has ended");
                }
                return message;
            }
        };
    }
}
