package dev.espalier.actor;

import dev.espalier.sync.Strand;

/// What a sender does with its message, on its own thread: offers it to the mailbox and wakes the actor, or
/// does what the mailbox says when it is full or closed. No state: all of it is in [Mailbox].
final class Sending {
    private static final long FULL_WARNING = 1_000_000_000L;

    private Sending() {}

    /// Sends a message or an [Asked]; waits if the mailbox says so.
    static void send(Cell<?> to, Object entry) {
        Object packed = Sampled.of(entry, to);
        int told = to.push(packed, to.mailbox);
        if (told == TicketGate.LET_IN) {
            to.wake();
        } else {
            sendOther(to, entry, to.mailbox.other(told, packed, false));
        }
    }

    private static void sendOther(Cell<?> to, Object entry, Mailbox.Offer first) {
        Mailbox.Offer offer = first == Mailbox.Offer.FULL ? sendFull(to, entry) : first;
        switch (offer) {
            case ACCEPTED -> to.wake();
            case CROWDED -> crowded(to);
            case DISPLACED -> displaced(to);
            case DROPPED -> dropped(to, entry);
            case CLOSED -> late(to, entry);
            case FULL -> throw new IllegalStateException("A full mailbox let nobody in: " + to.path());
        }
    }

    /// Sends a message if there is room at this moment.
    static Told trySend(Cell<?> to, Object entry) {
        Told told = to.mailbox.offerIfRoom(Sampled.of(entry, to));
        if (told == Told.ACCEPTED) {
            to.wake();
        }
        return told;
    }

    private static void displaced(Cell<?> to) {
        to.wake();
        noteFull(to);
    }

    private static void crowded(Cell<?> to) {
        to.wake();
        to.scheduler().crowded(to);
    }

    private static void dropped(Cell<?> to, Object entry) {
        noteFull(to);
        if (entry instanceof Asked asked) {
            asked.abort(new MailboxFullException(
                    "The mailbox of " + to.path() + " is full: the request was dropped", null));
        }
    }

    private static void late(Cell<?> to, Object entry) {
        to.mailbox.countLate();
        to.system.totals.countLate();
        to.system.deadLetters.add(new DeadLetter(Mailbox.message(entry), to.path(), DeadLetter.Reason.STOPPED));
        refuse(entry);
    }

    /// Fails a request that nobody will answer.
    static void refuse(Object entry) {
        if (entry instanceof Asked asked) {
            asked.refuse();
        }
    }

    /// The mailbox was full: does what its policy says.
    private static Mailbox.Offer sendFull(Cell<?> to, Object entry) {
        if (to.spec.options.mailbox.overflow == Overflow.FAIL) {
            noteFull(to);
            throw new MailboxFullException(
                    "The mailbox of " + to.path() + " is full: " + to.mailbox.depth() + " messages", null);
        }
        WaitEdge edge = WaitEdge.enter(WaitEdge.Kind.SEND, to, null);
        to.mailbox.addWaiting(edge);
        try {
            return awaitRoom(to, entry, edge);
        } finally {
            to.mailbox.removeWaiting(edge);
            edge.leave();
        }
    }

    private static Mailbox.Offer awaitRoom(Cell<?> to, Object entry, WaitEdge edge) {
        long began = to.system.now();
        long warnAt = Ladder.later(began, FULL_WARNING);
        long until = Ladder.later(began, Mailbox.FIRST_LOOK);
        while (true) {
            Mailbox.Offer offer = to.mailbox.offer(Sampled.of(entry, to), edge.letThrough());
            if (offer != Mailbox.Offer.FULL) {
                return offer;
            }
            edge.resolve();
            if (!edge.letThrough() && !to.mailbox.hasRoomOrClosed()) {
                boolean warned = warnAt - to.system.now() <= 0;
                if (warned) {
                    warnFull(to, edge.waiting().thread().getName());
                }
                Strand.park(to, warned ? Long.MAX_VALUE : until);
                until = warnAt;
            }
        }
    }

    /// A message met a full mailbox without waiting: warns if that has gone on for a second.
    private static void noteFull(Cell<?> to) {
        if (to.mailbox.fullFor(to.system.now()) > FULL_WARNING) {
            warnFull(to, Thread.currentThread().getName());
        }
    }

    private static void warnFull(Cell<?> to, String sender) {
        if (to.mailbox.startWarning()) {
            long depth = to.mailbox.depth();
            Log.warn("The mailbox of {} has been full for over 1 s: {} messages, sender {}", to.path(), depth, sender);
            to.system.observers.mailboxFull(to, depth, sender);
        }
    }
}
