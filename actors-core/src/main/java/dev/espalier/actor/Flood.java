package dev.espalier.actor;

import dev.espalier.sync.Strand;

/// What a worker does when its turn sends more than the receiver takes, while that waits for the end of the
/// turn.
///
/// Other workers may run the receiver meanwhile. But one that is as fast as the sender takes each message as
/// soon as it is there: two processors fetch the same lines from each other all the time, and both together
/// are slower than one alone. So a sender that does hardly anything else keeps the receiver back until there
/// is a *lot* for it.
///
/// Confined to its worker.
final class Flood {
    /// As many messages as [TicketGate#LOOK] in so long a time are no flood: the sender does other work.
    private static final long SLOW_NANOS = TicketGate.LOOK * Pace.LONG;
    /// How many must wait if it does not.
    static final int LOT = 1_024;

    /// Its identity hash: a worker must not keep an actor that has ended, and a mistake costs nothing but time.
    private int receiver;

    private long since;

    /// The turn has sent so many messages to an actor that does not keep up.
    ///
    /// @return whether others are to run it now
    boolean isDue(Cell<?> to, Strand self) {
        long now = self.nanoTime();
        int hash = System.identityHashCode(to);
        boolean slow = receiver == hash && now - since > SLOW_NANOS;
        receiver = hash;
        since = now;
        return slow || to.mailbox.depth() >= LOT;
    }
}
