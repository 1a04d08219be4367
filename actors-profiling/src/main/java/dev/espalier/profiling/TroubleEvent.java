package dev.espalier.profiling;

import java.util.Locale;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;

/// A [Trouble] for the Flight Recorder.
@Name("dev.espalier.Trouble")
@Label("Trouble")
@Description("What a detector has seen")
@Registered
final class TroubleEvent extends ActorEvent {
    @Label("Kind")
    String kind = "";

    @Label("Text")
    String text = "";

    @Label("Stack")
    String stack = "";

    static void write(Trouble trouble) {
        TroubleEvent event = new TroubleEvent();
        if (event.isEnabled()) {
            event.path = trouble.path();
            event.kind = trouble.kind().name().toLowerCase(Locale.ROOT);
            event.text = trouble.text();
            event.stack = String.join("\n", trouble.stack());
            event.commit();
        }
    }
}
