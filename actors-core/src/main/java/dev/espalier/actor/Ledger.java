package dev.espalier.actor;

/// What became of all messages: `accepted = processed + deadLettered + dropped + queued`, exactly, once nobody
/// sends (while messages are under way the figures are read one after the other).
///
/// @param accepted messages that a tell or an ask took
/// @param processed messages that were handled, with or without a failure
/// @param deadLettered messages that could not be handled: the actor had stopped, or the request had expired
/// @param dropped messages that the overflow policy dropped
/// @param queued messages that wait, the one being handled included
/// @param overBound messages let in above the bound to break a cycle of full mailboxes
public record Ledger(long accepted, long processed, long deadLettered, long dropped, long queued, long overBound) {
    /// Nothing yet.
    public static final Ledger EMPTY = new Ledger(0, 0, 0, 0, 0, 0);

    /// Whether the identity holds.
    public boolean balanced() {
        return accepted == processed + deadLettered + dropped + queued;
    }

    /// The sum of both.
    public Ledger plus(Ledger o) {
        return new Ledger(
                accepted + o.accepted,
                processed + o.processed,
                deadLettered + o.deadLettered,
                dropped + o.dropped,
                queued + o.queued,
                overBound + o.overBound);
    }
}
