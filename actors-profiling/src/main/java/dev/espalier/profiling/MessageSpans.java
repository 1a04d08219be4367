package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.MessageObserver;
import dev.espalier.sync.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The spans of one actor's messages; see [Spans]. Confined to the actor.
///
/// *Batches.* Each message that carries a context has a span; that of the first is current. All end together.
final class MessageSpans implements MessageObserver {
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("espalier.actor.path");
    private static final AttributeKey<String> CODE = AttributeKey.stringKey("espalier.actor.class");
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("espalier.message.type");
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.type");
    private static final String LAMBDA = "$$Lambda";

    private final Tracer tracer;
    private final ActorRef<?> actor;
    private final Class<?> code;
    private @Nullable Span first;
    private @Nullable Scope scope;
    private List<Span> others = List.of();

    MessageSpans(Tracer tracer, ActorRef<?> actor, Class<?> code) {
        this.tracer = tracer;
        this.actor = actor;
        this.code = code;
    }

    @Override
    public TraceContext traced(Object message, TraceContext context) {
        Span span = tracer.spanBuilder(simple(code) + " " + simple(message.getClass()))
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(Context.current().with(Span.wrap(SpanSource.spanContext(context, false))))
                .setAttribute(PATH, actor.path())
                .setAttribute(CODE, type(code.getName()))
                .setAttribute(TYPE, type(message.getClass().getName()))
                .setAttribute(SYSTEM, "espalier")
                .setAttribute(OPERATION, "process")
                .startSpan();
        SpanContext made = span.getSpanContext();
        TraceContext current = made.isValid() ? SpanSource.of(made) : context;
        begin(span, current);
        return current;
    }

    @SuppressWarnings("MustBeClosedChecker") // by `ended`, which always comes
    private void begin(Span span, TraceContext current) {
        if (first == null) {
            first = span;
            scope = SpanSource.makeCurrent(span, current);
        } else {
            others = others.isEmpty() ? new ArrayList<>() : others;
            others.add(span);
        }
    }

    @Override
    public void started(Object message) {}

    @Override
    public void ended(@Nullable Throwable thrown) {
        Span span = first;
        if (span == null) {
            return;
        }
        Scope open = scope;
        List<Span> more = others;
        first = null;
        scope = null;
        others = List.of();
        if (open != null) {
            open.close();
        }
        end(span, thrown);
        more.forEach(each -> end(each, thrown));
    }

    private static void end(Span span, @Nullable Throwable thrown) {
        try {
            if (thrown != null) {
                span.setStatus(StatusCode.ERROR, thrown.getClass().getName());
                span.recordException(thrown);
            }
        } finally {
            span.end();
        }
    }

    private static String simple(Class<?> type) {
        String name = type.getSimpleName();
        return type(name.isEmpty() ? type.getName().substring(type.getName().lastIndexOf('.') + 1) : name);
    }

    /// Without what differs from one run to the next.
    private static String type(String name) {
        int lambda = name.indexOf(LAMBDA);
        return lambda < 0 ? name : name.substring(0, lambda + LAMBDA.length());
    }
}
