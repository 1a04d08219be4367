package dev.espalier.sync;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The short lock of one primitive: it guards the primitive's state and its [Line]s, for some instructions at a
/// time, and never while anybody waits or user code runs.
///
/// Whom the holder has called out of a line is woken when the guard is left, so that the woken does not run into
/// the lock.
///
/// *Why a lock.* A grant decides about several fields at once (units, the line, the value), and one wait may stand
/// in several lines. What has to be lock-free is only who ends a wait, and that is one word: [Wait]. Not
/// `synchronized`: before 25.0.4 a green thread that is blocked at a monitor can be forgotten (JDK-8373120).
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `called` | holder | holder | plain |
/// | `order` | the first who asks, CAS | all | volatile |
final class Guard extends ReentrantLock {
    private static final long serialVersionUID = 1L;
    private static final AtomicLong ORDERS = new AtomicLong();

    /// The places that were granted since the guard was taken, the newest first.
    private transient @Nullable Place called;

    private volatile long order;

    /// Where this guard comes when several are taken at once ([Select]): lower ones first, so that there is no
    /// deadlock. Given out on first use; all but the guards in a select do without.
    long order() {
        if (order == 0) {
            lock();
            try {
                if (order == 0) {
                    order = ORDERS.incrementAndGet();
                }
            } finally {
                unlock();
            }
        }
        return order;
    }

    /// The holder has granted that place: it is woken by [#leave].
    void wakeLater(Place place) {
        place.next = called;
        called = place;
    }

    /// Leaves the guard and wakes whom its holder has called.
    void leave() {
        Place first = called;
        if (first == null) {
            unlock();
            return;
        }
        called = null;
        unlock();
        for (Place each = first; each != null; ) {
            Place next = each.next;
            each.next = null;
            each.standing.wake();
            each = next;
        }
    }
}
