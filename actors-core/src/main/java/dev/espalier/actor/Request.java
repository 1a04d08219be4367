package dev.espalier.actor;

import dev.espalier.sync.Registration;
import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// One ask under way: the place where its reply goes. Its entry in a mailbox is an [Asked].
///
/// `outcome` goes once from null to what ended the ask, by CAS, whoever comes first: the reply, a failure, the
/// asker that gives up. Only the winner runs the completion. `holder` is written by who sends or forwards it.
final class Request<R> implements ReplyTo<R> {
    private static final VarHandle OUTCOME;

    static {
        try {
            OUTCOME = MethodHandles.lookup().findVarHandle(Request.class, "outcome", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// What ended the ask when it was not a reply.
    private record Failed(Throwable cause) {}

    private static final Object NO_VALUE = new Object();

    final long startedNanos;
    final long deadlineNanos;
    final Strand strand;
    final @Nullable Cell<?> asker = Cell.current();
    private final @Nullable BiConsumer<@Nullable R, @Nullable Throwable> completion;
    private volatile @Nullable Registration timer;
    private volatile @Nullable Asked holder;
    private volatile @Nullable Object outcome;

    Request(Strand strand, long deadlineNanos, @Nullable BiConsumer<@Nullable R, @Nullable Throwable> completion) {
        this.strand = strand;
        this.startedNanos = strand.nanoTime();
        this.deadlineNanos = deadlineNanos;
        this.completion = completion;
    }

    @Override
    public boolean reply(@Nullable R value) {
        return complete(value == null ? NO_VALUE : value);
    }

    @Override
    public boolean fail(Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        return abort(new ActorFailedException("The asked actor could not answer: " + cause, cause));
    }

    /// Ends the ask with this very exception.
    boolean abort(RuntimeException cause) {
        return complete(new Failed(cause));
    }

    private boolean complete(Object value) {
        if (!OUTCOME.compareAndSet(this, null, value)) {
            return false;
        }
        if (completion != null) {
            Registration pending = timer;
            if (pending != null) {
                pending.remove();
            }
            completion.accept(valueOrNull(value), value instanceof Failed(Throwable cause) ? cause : null);
        } else {
            strand.unpark();
        }
        return true;
    }

    @SuppressWarnings("unchecked")
    private @Nullable R valueOrNull(Object value) {
        return NO_VALUE.equals(value) || value instanceof Failed ? null : (R) value;
    }

    /// What to remove once the ask has ended.
    void whenDone(Registration registration) {
        timer = registration;
        if (outcome != null) {
            registration.remove();
        }
    }

    /// The entry in whose hands it is; null before it is sent.
    @Nullable
    Asked holder() {
        return holder;
    }

    void hold(@Nullable Asked entry) {
        holder = entry;
    }

    @Override
    public <M> void forward(ActorRef<M> target, M message) {
        Asking.forward(this, (Cell<M>) Objects.requireNonNull(target, "target"), message);
    }

    @Override
    public <M> Told tryForward(ActorRef<M> target, M message) {
        return Asking.tryForward(this, (Cell<M>) Objects.requireNonNull(target, "target"), message);
    }

    boolean isDone() {
        return outcome != null;
    }

    /// Nobody waits for it any more.
    boolean isExpired() {
        return outcome != null || deadlineNanos - strand.nanoTime() <= 0;
    }

    /// The reply, once done.
    ///
    /// @throws RuntimeException what the ask ended with
    @Nullable
    R result() {
        Object value = outcome;
        if (value instanceof Failed(Throwable cause)) {
            // Thrown in the asker: the trace of this call belongs to it.
            cause.addSuppressed(new Throwable("asked here"));
            throw (RuntimeException) cause;
        }
        return value == null ? null : valueOrNull(value);
    }

    @Override
    public Duration remaining() {
        return outcome != null ? Duration.ZERO : Duration.ofNanos(Math.max(0, deadlineNanos - strand.nanoTime()));
    }

    @Override
    public String toString() {
        return "ReplyTo[" + (outcome == null ? "open]" : "done]");
    }
}
