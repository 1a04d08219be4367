package dev.espalier.observer;

import dev.espalier.actor.ActorInfo;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Ledger;
import dev.espalier.profiling.ActorFigures;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiling;
import dev.espalier.profiling.Row;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/// All that is known about one actor.
final class ActorPart {
    private static final int FRAMES = 40;
    private static final int CHILDREN = 500;
    private static final int WAITING = 10;

    private ActorPart() {}

    static byte[] of(Node node, ActorSystem system, Events events) {
        ActorRef<?> actor = node.actor;
        ActorInfo info = actor.info();
        Json json = new Json(4_096);
        json.object().name("id").value(node.id).name("path").value(info.path());
        json.name("state").value(Words.of(info.state()));
        json.name("incarnation").value(info.incarnation());
        json.name("activity").value(info.activity());
        json.name("rate").value(node.rate).name("mostQueued").value(node.mostQueued);
        ledger(json, info.ledger());
        Profiling.of(actor).ifPresent(figures -> figures(json, figures));
        json.name("level")
                .value(Profiling.levelOf(actor).orElseGet(Profiling::level).toString());
        troubles(json, system, info.path());
        messages(json, actor);
        waiting(json, system, actor);
        times(json, actor);
        stack(json, info);
        failures(json, info.path(), events);
        json.name("children").value(info.children().size());
        json.name("names").array();
        info.children().reversed().stream().limit(CHILDREN).forEach(child -> json.value(child.name()));
        return json.endArray().endObject().bytes();
    }

    /// Nothing but that it has ended.
    static byte[] ended(int id) {
        Json json = new Json(64);
        return json.object()
                .name("id")
                .value(id)
                .name("state")
                .value("stopped")
                .endObject()
                .bytes();
    }

    private static void ledger(Json json, Ledger ledger) {
        json.name("ledger").object();
        json.name("accepted").value(ledger.accepted());
        json.name("processed").value(ledger.processed());
        json.name("deadLettered").value(ledger.deadLettered());
        json.name("dropped").value(ledger.dropped());
        json.name("queued").value(ledger.queued());
        json.name("overBound").value(ledger.overBound()).endObject();
    }

    private static void figures(Json json, ActorFigures figures) {
        json.name("code").value(figures.code());
        json.name("calls").value(figures.calls());
        json.name("failed").value(figures.failed());
        json.name("timed").value(figures.timed());
        figures.current().ifPresent(current -> json.name("current").value(current));
        figures.age().ifPresent(age -> json.name("age").millis(age));
    }

    /// Those that go on.
    private static void troubles(Json json, ActorSystem system, String path) {
        json.name("troubles").array();
        Profiling.troubles(system).stream()
                .filter(trouble -> trouble.path().equals(path))
                .forEach(trouble -> json.object()
                        .name("kind")
                        .value(Words.of(trouble.kind()))
                        .name("text")
                        .value(trouble.text())
                        .endObject());
        json.endArray();
    }

    private static void messages(Json json, ActorRef<?> actor) {
        json.name("messages").array();
        Profiling.messages(actor).stream()
                .sorted(Comparator.comparingLong(Row::calls).reversed())
                .forEach(row -> {
                    json.object().name("type").value(row.name());
                    json.name("calls").value(row.calls()).name("failed").value(row.failed());
                    json.name("timed").value(row.timed());
                    json.name("own").millis(row.own()).name("cumulative").millis(row.cumulative());
                    json.name("p50").millis(row.p50()).name("p99").millis(row.p99());
                    json.name("max").millis(row.max()).endObject();
                });
        json.endArray();
    }

    /// The first messages that wait: the class of each, and its text if that cannot change.
    private static void waiting(Json json, ActorSystem system, ActorRef<?> actor) {
        json.name("waiting").array();
        system.waiting(actor, WAITING).forEach(json::value);
        json.endArray();
    }

    /// By powers of two: `[nanoseconds at which the bucket begins, number]`.
    private static void times(Json json, ActorRef<?> actor) {
        Map<Long, Long> octaves = new TreeMap<>();
        Profiling.times(actor).forEach((nanos, count) -> octaves.merge(Long.highestOneBit(nanos), count, Long::sum));
        json.name("times").array();
        octaves.forEach((from, count) -> json.array().value(from).value(count).endArray());
        json.endArray();
    }

    /// Where its thread is now; empty if it has none.
    private static void stack(Json json, ActorInfo info) {
        Thread thread = info.thread();
        json.name("thread")
                .value(thread == null ? null : thread.getState().name().toLowerCase(java.util.Locale.ROOT));
        json.name("stack").array();
        if (thread != null) {
            Arrays.stream(thread.getStackTrace()).limit(FRAMES).forEach(frame -> json.value(frame.toString()));
        }
        json.endArray();
    }

    private static void failures(Json json, String path, Events events) {
        json.name("failures").array();
        events.lastFailures().stream()
                .filter(failed -> failed.path().equals(path))
                .limit(10)
                .forEach(failed -> EventsPart.write(json, failed));
        json.endArray();
    }

    /// What an opened observer may do to an actor.
    enum Action {
        /// As [ActorRef#stop].
        STOP,
        /// As [ActorRef#cancel].
        CANCEL,
        /// As [ActorSystem#restart].
        RESTART,
        /// Sets the [Level] of the subtree.
        LEVEL
    }

    /// @throws IllegalArgumentException if there is no such level, or it cannot be restarted
    static void act(Action action, ActorSystem system, ActorRef<?> actor, String level) {
        switch (action) {
            case STOP -> actor.stop();
            case CANCEL -> actor.cancel();
            case RESTART -> system.restart(actor);
            case LEVEL -> Profiling.level(actor, Level.parse(level));
        }
    }
}
