package dev.espalier.sync;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The short lock of one primitive: it guards the primitive's state and its [Line]s, for some instructions at a
/// time, and never while anybody waits or user code runs.
///
/// Whom the holder has called out of a line and who sleeps is woken when the guard is left, so that the woken does not
/// run into the lock.
///
/// *Why a lock.* A grant decides about several fields at once (units, the line, the value), and one wait may stand
/// in several lines. What has to be lock-free is only who ends a wait, and that is one word: [Wait]. Not
/// `synchronized`: before 25.0.4 a green thread that is blocked at a monitor can be forgotten (JDK-8373120).
///
/// *Contention.* It is held for some ten nanoseconds, and a park with its unpark takes a hundred times as long. So who
/// finds it held looks again some times before it parks, each time after a longer pause: a look takes the word away
/// from the holder's processor, and the longer nobody looks, the more the holder gets done. Not with one processor,
/// where the holder could not go on meanwhile.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `called` | holder | holder | plain |
/// | `order` | the first who asks, CAS | all | volatile |
final class Guard extends ReentrantLock {
    private static final long serialVersionUID = 1L;
    private static final AtomicLong ORDERS = new AtomicLong();
    private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 16 : 0;
    private static final int LONGEST_PAUSE = 16;

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

    @Override
    public void lock() {
        if (!tryLock() && !lockSoon()) {
            super.lock();
        }
    }

    private boolean lockSoon() {
        for (int i = 0, pause = 1; i < LOOKS; i++, pause = Math.min(2 * pause, LONGEST_PAUSE)) {
            for (int j = 0; j < pause; j++) {
                Thread.onSpinWait();
            }
            if (!isLocked() && tryLock()) {
                return true;
            }
        }
        return false;
    }

    /// The holder has granted that place, whose strand sleeps: it is woken by [#leave].
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
