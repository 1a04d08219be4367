package dev.espalier.profiling;

import dev.espalier.actor.DeadLetter;
import dev.espalier.actor.Decision;
import dev.espalier.actor.Failure;
import dev.espalier.actor.StopReport;
import java.util.Locale;
import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// What actors tell the Flight Recorder. Each event costs nothing while nobody records it.
@Category("Espalier")
@Enabled
@StackTrace(false)
@Registered(false)
abstract class ActorEvent extends Event {
    @Label("Path")
    String path = "";

    @Name("dev.espalier.ActorStart")
    @Label("Actor Start")
    @Registered
    static final class Start extends ActorEvent {
        @Label("Incarnation")
        int incarnation;

        static void write(String path, int incarnation) {
            Start event = new Start();
            event.path = path;
            event.incarnation = incarnation;
            event.commit();
        }

        static boolean isOn() {
            return new Start().isEnabled();
        }
    }

    @Name("dev.espalier.ActorRestart")
    @Label("Actor Restart")
    @Description("The actor has started again")
    @Registered
    static final class Restart extends ActorEvent {
        @Label("Incarnation")
        int incarnation;

        static void write(String path, int incarnation) {
            Restart event = new Restart();
            event.path = path;
            event.incarnation = incarnation;
            event.commit();
        }

        static boolean isOn() {
            return new Restart().isEnabled();
        }
    }

    @Name("dev.espalier.ActorStop")
    @Label("Actor Stop")
    @Registered
    static final class Stop extends ActorEvent {
        @Label("How")
        String how = "";

        @Label("Took")
        @Description("From its pleaseStop to its end")
        @Timespan(Timespan.NANOSECONDS)
        long took;

        @Label("Messages Left")
        long left;

        static void write(Supplier<StopReport.End> details) {
            Stop event = new Stop();
            if (event.isEnabled()) {
                StopReport.End end = details.get();
                event.path = end.path();
                event.how = end.how().name().toLowerCase(Locale.ROOT);
                event.took = end.took().toNanos();
                event.left = end.left();
                event.commit();
            }
        }
    }

    @Name("dev.espalier.ActorFailure")
    @Label("Actor Failure")
    @Registered
    static final class Failed extends ActorEvent {
        @Label("Incarnation")
        int incarnation;

        @Label("Decision")
        String decision = "";

        @Label("Message")
        String message = "";

        @Label("Cause")
        String cause = "";

        static void write(Failure failure, Decision decision) {
            Failed event = new Failed();
            if (event.isEnabled()) {
                String message = failure.message();
                event.path = failure.path();
                event.incarnation = failure.incarnation();
                event.decision = decision.name().toLowerCase(Locale.ROOT);
                event.message = message == null ? "" : message;
                event.cause = failure.cause().getClass().getName();
                event.commit();
            }
        }
    }

    @Name("dev.espalier.DeadLetter")
    @Label("Dead Letter")
    @Registered
    static final class Dead extends ActorEvent {
        @Label("Type")
        String type = "";

        @Label("Reason")
        String reason = "";

        static void write(DeadLetter letter) {
            Dead event = new Dead();
            if (event.isEnabled()) {
                event.path = letter.path();
                event.type = letter.message().getClass().getName();
                event.reason = letter.reason().name().toLowerCase(Locale.ROOT);
                event.commit();
            }
        }
    }

    @Name("dev.espalier.MailboxFull")
    @Label("Mailbox Full")
    @Description("A mailbox has been full for over a second")
    @Registered
    static final class Full extends ActorEvent {
        @Label("Depth")
        long depth;

        @Label("Sender")
        String sender = "";

        static void write(String path, long depth, String sender) {
            Full event = new Full();
            event.path = path;
            event.depth = depth;
            event.sender = sender;
            event.commit();
        }
    }
}
