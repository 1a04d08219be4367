package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.varhandle.unpadded.MpscLinkedVarHandleUnpaddedQueue;
import org.jspecify.annotations.Nullable;

/// The actors of a system that have just been asked to stop. Most end within moments; only those that have not
/// after [#FIRST_LOOK] get a timer for their next rung. So a million short lives do not meet at the timer.
///
/// Who adds a ladder puts it into the queue and then sees to it that a look is planned; the look first says that
/// none is planned and then empties the queue: a ladder that it misses has planned the next one.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `asked` | tasks of any life put | the timer takes | queue |
/// | `planned` | who plans, by CAS; the timer | both | volatile |
final class Patience {
    /// 10 ms; a rung that is due before that is timed at once.
    static final long FIRST_LOOK = 10_000_000L;

    private final ActorSystem system;
    private final Queue<Ladder> asked = new MpscLinkedVarHandleUnpaddedQueue<>();
    private final AtomicBoolean planned = new AtomicBoolean();
    private volatile @Nullable Registration timer;
    private volatile boolean over;

    Patience(ActorSystem system) {
        this.system = system;
    }

    /// From a task of the ladder's life.
    void add(Ladder ladder) {
        asked.offer(ladder);
        if (!planned.get() && planned.compareAndSet(false, true)) {
            timer = system.strand.schedule(Ladder.later(system.now(), FIRST_LOOK), this::look);
            if (over) {
                forgetTimer();
            }
        }
    }

    private void look() {
        planned.set(false);
        for (Ladder each = asked.poll(); each != null; each = asked.poll()) {
            each.stillThere();
        }
    }

    /// The tree has stopped.
    void end() {
        over = true;
        forgetTimer();
    }

    private void forgetTimer() {
        Registration last = timer;
        if (last != null) {
            last.remove();
        }
    }
}
