package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// The ledger of a whole system: the actors that have ended, those that live, and what was told to an actor
/// after its end. Many actors end at once, so the sums are adders, without a lock; while actors end, a reader may
/// find an actor twice or not at all.
final class Totals {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder processed = new LongAdder();
    private final LongAdder dead = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder overBound = new LongAdder();

    /// An actor has ended. Messages to it from now on are late.
    void add(Ledger beforeClose) {
        add(accepted, beforeClose.accepted());
        add(processed, beforeClose.processed());
        add(dead, beforeClose.deadLettered());
        add(dropped, beforeClose.dropped());
        add(overBound, beforeClose.overBound());
    }

    private static void add(LongAdder sum, long value) {
        if (value != 0) {
            sum.add(value);
        }
    }

    void countLate() {
        accepted.increment();
        dead.increment();
    }

    /// Of all that have ended.
    Ledger ended() {
        return new Ledger(accepted.sum(), processed.sum(), dead.sum(), dropped.sum(), 0, overBound.sum());
    }

    /// Of all, from this root down.
    Ledger with(Cell<?> root) {
        Ledger sum = ended();
        ArrayDeque<Cell<?>> open = new ArrayDeque<>(List.of(root));
        for (Cell<?> at = open.poll(); at != null; at = open.poll()) {
            sum = sum.plus(at.mailbox.ledgerBeforeClose());
            open.addAll(at.childrenInOrder());
        }
        return sum;
    }
}
