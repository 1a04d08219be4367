package dev.espalier.profiling;

import dev.espalier.sync.TraceContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// OpenTelemetry's current span as the current [TraceContext], and the other way round.
///
/// A context of OpenTelemetry that was made here keeps the [TraceContext] that it was made of, so that a send need not
/// make it again.
final class SpanSource implements TraceContext.Source {
    private static final ContextKey<TraceContext> MADE_OF = ContextKey.named("dev.espalier.trace");

    @Override
    public @Nullable TraceContext current() {
        Context now = Context.current();
        SpanContext span = Span.fromContext(now).getSpanContext();
        if (!span.isValid()) {
            return null;
        }
        TraceContext known = now.get(MADE_OF);
        boolean same = known != null
                && known.spanId().equals(span.getSpanId())
                && known.traceId().equals(span.getTraceId());
        return same ? known : of(span);
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // by what is returned
    public Runnable enter(TraceContext context) {
        return makeCurrent(Span.wrap(spanContext(context, true)), context)::close;
    }

    @SuppressWarnings("MustBeClosedChecker") // by the caller
    static Scope makeCurrent(Span span, TraceContext context) {
        return Context.current().with(span).with(MADE_OF, context).makeCurrent();
    }

    static TraceContext of(SpanContext span) {
        StringJoiner state = new StringJoiner(",");
        span.getTraceState().forEach((key, value) -> state.add(key + "=" + value));
        return TraceContext.of(span.getTraceId(), span.getSpanId(), span.isSampled(), state.toString());
    }

    /// @param remote whether it may have come from another process
    static SpanContext spanContext(TraceContext context, boolean remote) {
        TraceFlags flags = context.isSampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
        TraceState state = state(context.tracestate());
        return remote
                ? SpanContext.createFromRemoteParent(context.traceId(), context.spanId(), flags, state)
                : SpanContext.create(context.traceId(), context.spanId(), flags, state);
    }

    private static TraceState state(String text) {
        if (text.isEmpty()) {
            return TraceState.getDefault();
        }
        TraceStateBuilder builder = TraceState.builder();
        for (String entry : List.of(text.split(",", -1)).reversed()) { // each is put before the others
            int sign = entry.indexOf('=');
            builder.put(entry.substring(0, sign), entry.substring(sign + 1));
        }
        return builder.build();
    }
}
