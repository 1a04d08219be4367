package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/// The ledger of a whole system: the actors that have ended, those that live, and what was told to an actor
/// after its end.
final class Totals {
    private final LongAdder late = new LongAdder();
    /// Guards `ended`; held for a few instructions only.
    private final ReentrantLock lock = new ReentrantLock();

    private Ledger ended = Ledger.EMPTY;

    /// An actor has ended. Messages to it from now on are late.
    void add(Ledger beforeClose) {
        lock.lock();
        try {
            ended = ended.plus(beforeClose);
        } finally {
            lock.unlock();
        }
    }

    void countLate() {
        late.increment();
    }

    /// Of all that have ended.
    Ledger ended() {
        lock.lock();
        try {
            return withLate(ended);
        } finally {
            lock.unlock();
        }
    }

    /// Of all, from this root down.
    Ledger with(Cell<?> root) {
        Ledger sum;
        lock.lock();
        try {
            sum = ended;
        } finally {
            lock.unlock();
        }
        ArrayDeque<Cell<?>> open = new ArrayDeque<>(List.of(root));
        for (Cell<?> at = open.poll(); at != null; at = open.poll()) {
            sum = sum.plus(at.mailbox.ledgerBeforeClose());
            open.addAll(at.childrenInOrder());
        }
        return withLate(sum);
    }

    private Ledger withLate(Ledger sum) {
        long after = late.sum();
        return sum.plus(new Ledger(after, 0, after, 0, 0, 0));
    }
}
