package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a piece of work belongs in a distributed trace: the ids of the trace and of the span that has caused the
/// work, whether anybody records it, and what tracing systems add. Immutable.
///
/// {@snippet class="dev.espalier.actor.SnippetsTest" region="trace"}
///
/// *How it travels.* [#run] makes a context the current one of the calling thread while some code runs. A message
/// takes the current context of its sender along, also a request of an ask and one that is forwarded. It is current
/// again while the message is handled, so it goes on with what that sends; afterwards it is not, whatever thread
/// handles which actor next. A stashed message and one that is tried again keep theirs. Besides:
///
/// | what | its context |
/// |---|---|
/// | the code after a blocking ask | that of before: a reply brings none |
/// | outcome of an ask that comes as a message, `ctx.execute`, timer that rings once | of the code that began it |
/// | timers that ring often, receive time-outs, ends of watched actors | none |
/// | the first start of a behavior | its spawner's |
/// | forks, compute sections, coroutines | of the code that started them |
/// | the messages of a batch | that of the first of them |
///
/// *Cost.* None until a context is first made current in the process, but for a look at a field with each message.
/// From then on a message costs its sender a look at its thread, and one that takes a context along 32 bytes; an actor
/// costs nothing.
///
/// *Threads.* Immutable. *Source.* The recommendation Trace Context of the W3C, level 1, whose headers [#parse] reads
/// and [#traceparent] and [#tracestate] write.
public final class TraceContext {
    /// Another library's idea of the current context; see [#source].
    public interface Source {
        /// The context of the calling thread. Asked with each message that is sent: it must be fast and not throw.
        ///
        /// @return null if it has none: then that counts which [#run] or the message in hand has set
        @Nullable
        TraceContext current();

        /// Makes a context the one of the calling thread.
        ///
        /// @return what ends that; called once, on the same thread
        Runnable enter(TraceContext context);
    }

    private static final Pattern TRACEPARENT =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final Pattern TRACE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern SPAN = Pattern.compile("[0-9a-f]{16}");
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);

    /// Whether any thread may have a context. Plain: a thread gets one by its own deed, which it sees, or with a
    /// message, whose sender has seen this.
    private static boolean used;

    private static volatile @Nullable Source source;

    private final String traceId;
    private final String spanId;
    private final boolean sampled;
    private final String state;

    private TraceContext(String traceId, String spanId, boolean sampled, String state) {
        this.traceId = traceId;
        this.spanId = spanId;
        this.sampled = sampled;
        this.state = state;
    }

    // How one is made.

    /// Reads the two headers of a request. Of versions to come it understands what version 00 has, as they promise.
    ///
    /// @param traceparent null if there is no such header
    /// @param tracestate null if there is none; several are joined by commas. One that is not valid counts as none.
    /// @return empty if `traceparent` is missing or not valid: then a trace may begin here, see [#start]
    public static Optional<TraceContext> parse(@Nullable String traceparent, @Nullable String tracestate) {
        Matcher parts = TRACEPARENT.matcher(traceparent == null ? "" : traceparent.strip());
        if (!parts.matches() || parts.group(1).equals("ff") || isAll0(parts.group(2)) || isAll0(parts.group(3))) {
            return Optional.empty();
        }
        if (parts.group(1).equals("00") && parts.group(5) != null) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(parts.group(4), 16) & 1) != 0;
        return Optional.of(new TraceContext(parts.group(2), parts.group(3), sampled, TraceState.parse(tracestate)));
    }

    /// The context of a span, as a tracing library has it.
    ///
    /// @param traceId 32 digits, hexadecimal in lower case, not all 0
    /// @param spanId 16 such digits, not all 0
    /// @param sampled whether it may be recorded
    /// @param tracestate as in [#parse]; empty for none
    /// @throws IllegalArgumentException if an id is something else
    public static TraceContext of(String traceId, String spanId, boolean sampled, String tracestate) {
        requireNonNull(traceId, "traceId");
        requireNonNull(spanId, "spanId");
        requireNonNull(tracestate, "tracestate");
        if (!TRACE.matcher(traceId).matches() || isAll0(traceId)) {
            throw new IllegalArgumentException("The id of a trace is 32 hexadecimal digits, not all 0, not " + traceId);
        }
        if (!SPAN.matcher(spanId).matches() || isAll0(spanId)) {
            throw new IllegalArgumentException("The id of a span is 16 hexadecimal digits, not all 0, not " + spanId);
        }
        return new TraceContext(traceId, spanId, sampled, TraceState.parse(tracestate));
    }

    private static boolean isAll0(String id) {
        return id.equals(NO_TRACE) || id.equals(NO_SPAN);
    }

    /// A new trace, with ids by chance.
    ///
    /// @param sampled whether it may be recorded
    public static TraceContext start(boolean sampled) {
        String trace = NO_TRACE;
        while (isAll0(trace)) {
            trace = hex(ThreadLocalRandom.current().nextLong())
                    + hex(ThreadLocalRandom.current().nextLong());
        }
        return new TraceContext(trace, newSpan(), sampled, "");
    }

    /// A span that this one has caused: the same trace, an id by chance.
    public TraceContext child() {
        return new TraceContext(traceId, newSpan(), sampled, state);
    }

    private static String newSpan() {
        String span = NO_SPAN;
        while (isAll0(span)) {
            span = hex(ThreadLocalRandom.current().nextLong());
        }
        return span;
    }

    private static String hex(long bits) {
        String digits = Long.toHexString(bits);
        return NO_SPAN.substring(digits.length()) + digits;
    }

    /// The same with an entry of a tracing system in the first place of its state; it replaces one with that key. If
    /// there are 32 already, the last one goes.
    ///
    /// @param key as the recommendation has it: a letter, then up to 255 of `a` to `z`, digits, `_`, `-`,
    ///     `*` and `/`; or with a tenant, `tenant@system`
    /// @param value up to 256 printable characters of ASCII but `,` and `=`, the last one not a space
    /// @throws IllegalArgumentException if one of them is something else
    public TraceContext with(String key, String value) {
        return new TraceContext(traceId, spanId, sampled, TraceState.with(state, key, value));
    }

    // What it says.

    /// The id of the trace, 32 hexadecimal digits.
    public String traceId() {
        return traceId;
    }

    /// The id of the span that has caused the work, 16 hexadecimal digits.
    public String spanId() {
        return spanId;
    }

    /// Whether the caller may have recorded it.
    public boolean isSampled() {
        return sampled;
    }

    /// The header `traceparent`, of version 00.
    public String traceparent() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /// The header `tracestate`; empty: it is to be left out.
    public String tracestate() {
        return state;
    }

    // Which one is current.

    /// The current context of the calling thread.
    ///
    /// @return null if it has none
    public static @Nullable TraceContext current() {
        return used ? look() : null;
    }

    private static @Nullable TraceContext look() {
        Source other = source;
        TraceContext theirs = other == null ? null : other.current();
        return theirs == null ? Strand.current().trace() : theirs;
    }

    /// Runs code; meanwhile this is the current context of the calling thread.
    public void run(Runnable body) {
        requireNonNull(body, "body");
        this.<@Nullable Void, RuntimeException>call(() -> {
            body.run();
            return null;
        });
    }

    /// As [#run], for code with a result.
    ///
    /// @return what the code returns
    /// @throws X what the code throws
    public <T extends @Nullable Object, X extends Exception> T call(Task<T, X> body) throws X {
        used = true;
        Strand self = Strand.current();
        TraceContext before = self.trace();
        Source other = source;
        Runnable end = other == null ? null : other.enter(this);
        self.trace(this);
        try {
            return body.run();
        } finally {
            self.trace(before);
            if (end != null) {
                end.run();
            }
        }
    }

    /// Code that runs in a context, or as it is if there is none.
    static <T extends @Nullable Object, X extends Exception> Task<T, X> within(
            @Nullable TraceContext context, Task<T, X> body) {
        return context == null ? body : () -> context.call(body);
    }

    /// For a tracing library that has a current context of its own: from now on it is asked first, and told what
    /// [#run] sets, so that of both ways to set one the last counts. For the whole process.
    ///
    /// @param value null for none, as at first; another one takes the place of the last
    public static void source(@Nullable Source value) {
        source = value;
        used |= value != null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceContext that
                && traceId.equals(that.traceId)
                && spanId.equals(that.spanId)
                && sampled == that.sampled
                && state.equals(that.state);
    }

    @Override
    public int hashCode() {
        return spanId.hashCode();
    }

    /// As [#traceparent].
    @Override
    public String toString() {
        return traceparent();
    }
}
