package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import java.util.List;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.Timespan;

/// A message that took long: an event for the Flight Recorder, made when the message ends or while it goes
/// on. One that was seen while it went on has the stack of that moment.
@Name("dev.espalier.SlowMessage")
@Label("Slow Message")
@Description("A timed message that took at least 100 ms, or takes that long already")
@Registered
final class SlowMessage extends ActorEvent {
    /// 100 ms.
    static final long THRESHOLD = 100_000_000L;

    @Label("Type")
    String type = "";

    @Label("Took")
    @Timespan(Timespan.NANOSECONDS)
    long took;

    @Label("Goes On")
    boolean goesOn;

    @Label("Stack")
    String stack = "";

    static boolean isOn() {
        return new SlowMessage().isEnabled();
    }

    /// It has ended.
    static void write(ActorRef<?> actor, String type, long nanos) {
        SlowMessage event = new SlowMessage();
        if (event.isEnabled()) {
            event.path = actor.path();
            event.type = type;
            event.took = nanos;
            event.commit();
        }
    }

    /// It goes on, and its thread is here now.
    static void writeStack(ActorRef<?> actor, String type, long nanos) {
        SlowMessage event = new SlowMessage();
        List<String> stack = event.isEnabled() ? Stacks.of(actor) : List.of();
        if (!stack.isEmpty()) {
            event.path = actor.path();
            event.type = type;
            event.took = nanos;
            event.goesOn = true;
            event.stack = String.join("\n", stack);
            event.commit();
        }
    }
}
