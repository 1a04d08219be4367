package dev.espalier.observer;

import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.StopReport;

/// The stop, as far as it has come.
final class StopPart {
    private StopPart() {}

    static byte[] of(ActorSystem system, Events events) {
        StopReport report = events.report();
        Json json = new Json(4_096);
        json.object().name("system").value(system.name());
        json.name("state").value(report != null ? "stopped" : system.isStopping() ? "stopping" : "running");
        json.name("ended").array();
        events.ends(0).forEach(end -> write(json, end));
        json.endArray();
        if (report != null) {
            json.name("report").raw(report.toJson());
        }
        return json.endObject().bytes();
    }

    static void write(Json json, StopReport.End end) {
        json.object().name("path").value(end.path());
        json.name("how").value(Words.of(end.how()));
        json.name("took").millis(end.took());
        json.name("drained").value(end.drained());
        json.name("left").value(end.left());
        if (end.cause() != null) {
            json.name("cause").value(Events.bounded(end.cause()));
        }
        if (!end.stack().isEmpty()) {
            json.name("stack").array();
            end.stack().stream().limit(30).forEach(frame -> json.value(frame.toString()));
            json.endArray();
        }
        json.endObject();
    }
}
