package dev.espalier.observer;

import java.util.function.ToDoubleFunction;

/// What is measured by class and group: the names and units of the convention of Prometheus, and what they are
/// here.
@SuppressWarnings("ImmutableEnumChecker") // the functions hold nothing
enum Meter {
    /// Gauge.
    ACTORS("espalier.actors", "Actors that live.", false, all -> all.actors()),
    /// Gauge.
    QUEUED(
            "espalier.mailbox.messages",
            "Messages that wait, the one in hand included.",
            false,
            all -> all.sums().ledger().queued()),
    /// Counter.
    ACCEPTED(
            "espalier.messages.accepted",
            "Messages that mailboxes have taken.",
            true,
            all -> all.sums().ledger().accepted()),
    /// Counter.
    PROCESSED(
            "espalier.messages.processed",
            "Messages that were handled, with or without a failure.",
            true,
            all -> all.sums().ledger().processed()),
    /// Counter.
    DEAD(
            "espalier.messages.dead.lettered",
            "Messages in mailboxes that nobody could handle.",
            true,
            all -> all.sums().ledger().deadLettered()),
    /// Counter.
    DROPPED(
            "espalier.messages.dropped",
            "Messages that the overflow policy has dropped.",
            true,
            all -> all.sums().ledger().dropped()),
    /// Counter.
    FAILED(
            "espalier.messages.failed",
            "Messages that actors have failed over.",
            true,
            all -> all.sums().failed()),
    /// Counter.
    RESTARTS(
            "espalier.actor.restarts",
            "Restarts of actors.",
            true,
            all -> all.sums().restarts()),
    /// Counter.
    HANDLING(
            "espalier.messages.handling.seconds",
            "Time spent handling messages, by the samples that were timed; 0 at the level counters.",
            true,
            all -> all.sums().handling().toNanos() / 1e9);

    /// With dots.
    final String id;
    final String help;
    final boolean counter;
    final ToDoubleFunction<ByClass.Figures> value;

    Meter(String id, String help, boolean counter, ToDoubleFunction<ByClass.Figures> value) {
        this.id = id;
        this.help = help;
        this.counter = counter;
        this.value = value;
    }

    /// As Prometheus writes it.
    String exposed() {
        return id.replace('.', '_') + (counter ? "_total" : "");
    }
}
