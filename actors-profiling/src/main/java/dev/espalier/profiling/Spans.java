package dev.espalier.profiling;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.MessageObserver;
import dev.espalier.actor.StopReport;
import dev.espalier.sync.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/// Spans for OpenTelemetry: one for each message that carries a [TraceContext], as a child of the span that was current
/// where the message was sent. The only class that needs `opentelemetry-api`, an optional dependency.
///
/// {@snippet class="dev.espalier.profiling.GuideTest" region="spans"}
///
/// *What is traced.* A message that is sent where OpenTelemetry has a current span, in an actor or outside, and what is
/// sent while it is handled. While it is handled, its own span is the current one, so other libraries go on with it.
/// [TraceContext#run] sets the current span, too: of both ways to set one the last counts.
///
/// *The span.* Of kind `CONSUMER`, from before the handler to after it; of a body, until it receives again. Its name is
/// the class of the behavior or body and that of the message. Attributes: `espalier.actor.path`,
/// `espalier.actor.class`, `espalier.message.type`, and `messaging.system` and `messaging.operation.type` as the
/// conventions for messaging have them. What the actor throws is recorded, and makes it an error. An actor that was
/// abandoned over a message leaves no span of that.
///
/// *Threads.* Thread-safe; one for any number of systems. *Cost.* A message that is not traced costs its sender and its
/// receiver some nanoseconds, so does each turn; one that is, what the tracing library takes, some microseconds.
/// *Memory.* Some 50 bytes for each actor that has had a message.
public final class Spans implements ActorObserver {
    private static final ReentrantLock LOCK = new ReentrantLock();
    /// That have begun and not ended; guarded by `LOCK`.
    private static int systems;

    private final Tracer tracer;

    /// @param telemetry where the spans go
    public Spans(OpenTelemetry telemetry) {
        tracer = Objects.requireNonNull(telemetry, "telemetry").getTracer("dev.espalier");
    }

    @Override
    public void systemStarted(ActorSystem system) {
        count(1);
    }

    @Override
    public void systemStopped(ActorSystem system, StopReport report) {
        count(-1);
    }

    /// While there is a system with spans, what is sent takes OpenTelemetry's current span along.
    private static void count(int more) {
        LOCK.lock();
        try {
            systems += more;
            if (systems == 0 || (systems == 1 && more == 1)) {
                TraceContext.source(systems == 0 ? null : new SpanSource());
            }
        } finally {
            LOCK.unlock();
        }
    }

    @Override
    public MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
        return new MessageSpans(tracer, actor, code);
    }

    /// No actor is to see a span that code of another one has left open on the thread.
    @Override
    public Runnable afterTurns() {
        return Spans::clear;
    }

    @SuppressWarnings({"MustBeClosedChecker", "resource"}) // it is the end of all others
    private static void clear() {
        if (!Context.current().equals(Context.root())) {
            Context.root().makeCurrent();
        }
    }
}
