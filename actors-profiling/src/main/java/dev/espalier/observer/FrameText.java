package dev.espalier.observer;

import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.StopReport;
import dev.espalier.profiling.Profiling;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/// What is sent to clients, as text. Confined to who holds the lock of [Snapshots].
final class FrameText {
    private final ActorSystem system;
    private final Events events;
    private final boolean actions;
    private final Vitals vitals;
    private int endsTold;

    FrameText(ActorSystem system, Events events, boolean actions, Vitals vitals) {
        this.system = system;
        this.events = events;
        this.actions = actions;
        this.vitals = vitals;
    }

    /// What is new since the frame before.
    ///
    /// @param actors how many there are
    byte[] delta(long number, int actors, List<Node> added, List<Node> changed, List<Integer> gone) {
        Json json = new Json(256 + 48 * changed.size());
        json.object().name("number").value(number);
        json.name("gone").array();
        gone.forEach(json::value);
        json.endArray().name("added").array();
        added.forEach(node -> node.write(json));
        json.endArray().name("changed").array();
        changed.forEach(node -> node.writeFigures(json));
        json.endArray();
        system(json, actors);
        List<StopReport.End> ends = events.ends(endsTold);
        endsTold += ends.size();
        ends(json, ends);
        return event("delta", json.endObject().toString());
    }

    /// The whole tree; what has ended since the last delta is told in the next one.
    String all(long number, Collection<Node> nodes) {
        Json json = new Json(1_024 + 64 * nodes.size());
        json.object().name("number").value(number).name("added").array();
        nodes.stream().sorted((a, b) -> Integer.compare(a.id, b.id)).forEach(node -> node.write(json));
        json.endArray();
        json.name("history");
        vitals.writeHistory(json);
        system(json, nodes.size());
        ends(json, events.ends(0).subList(0, endsTold));
        return json.endObject().toString();
    }

    /// How the system is, without its tree.
    byte[] vitals(int actors) {
        Json json = new Json(4_096);
        json.object();
        system(json, actors);
        json.name("history");
        vitals.writeHistory(json);
        return json.endObject().bytes();
    }

    private void system(Json json, int actors) {
        json.name("system").object().name("name").value(system.name());
        json.name("state").value(events.report() != null ? "stopped" : system.isStopping() ? "stopping" : "running");
        json.name("actors").value(actors);
        json.name("actions").value(actions);
        json.name("level").value(Profiling.level().toString());
        json.name("failures").value(events.failures());
        json.name("incidents").value(events.incidents());
        json.name("deadLetters").value(system.deadLetters().count());
        json.name("vitals");
        vitals.write(json);
        json.endObject();
    }

    private static void ends(Json json, List<StopReport.End> ends) {
        json.name("ended").array();
        ends.forEach(end -> StopPart.write(json, end));
        json.endArray();
    }

    /// An event of a stream.
    static byte[] event(String name, CharSequence data) {
        return ("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
