package dev.espalier.observer;

import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.DeadLetter;

/// The last failures, incidents and dead letters, newest first.
final class EventsPart {
    private EventsPart() {}

    static byte[] failures(Events events) {
        Json json = new Json(8_192);
        json.object().name("failures").array();
        events.lastFailures().forEach(failed -> write(json, failed));
        json.endArray().name("incidents").array();
        events.lastIncidents().forEach(incident -> {
            json.object().name("at").value(incident.at().toEpochMilli());
            json.name("kind").value(incident.kind()).name("path").value(incident.path());
            json.name("text").value(incident.text()).endObject();
        });
        return json.endArray().endObject().bytes();
    }

    static void write(Json json, Events.Failed failed) {
        json.object().name("at").value(failed.at().toEpochMilli());
        json.name("path").value(failed.path());
        json.name("incarnation").value(failed.incarnation());
        json.name("decision").value(failed.decision());
        json.name("message").value(failed.message());
        json.name("cause").value(failed.cause());
        json.name("stack").array();
        failed.stack().forEach(json::value);
        json.endArray().endObject();
    }

    static byte[] deadLetters(ActorSystem system, Events events) {
        Json json = new Json(8_192);
        json.object().name("count").value(system.deadLetters().count());
        json.name("reasons").object();
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            json.name(Words.of(reason)).value(system.deadLetters().count(reason));
        }
        json.endObject().name("last").array();
        events.lastLetters().forEach(letter -> {
            json.object().name("at").value(letter.at().toEpochMilli());
            json.name("path").value(letter.path()).name("type").value(letter.type());
            json.name("reason").value(letter.reason()).endObject();
        });
        return json.endArray().endObject().bytes();
    }
}
