package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The actors of a system that have just been asked to stop. Most end within moments; only those that have not
/// after [#FIRST_LOOK] get a timer for their next rung. So a million short lives do not meet at the timer.
///
/// Who adds a ladder puts it onto the stack and then sees to it that a look is planned; the look first says that
/// none is planned and then takes the whole stack: a ladder that it misses has planned the next one. A ladder is on
/// the stack once, so its own link serves; it is looked at after it was taken, so who finds it there adds nothing.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `waitsForLook` | a task of its life: true; the timer: false | a task of its life | volatile |
/// | `asked` | tasks of any life push; the timer takes all | both | CAS, swap |
/// | `planned` | who plans, by CAS; the timer | both | volatile |
final class Patience {
    /// 10 ms; a rung that is due before that is timed at once.
    static final long FIRST_LOOK = 10_000_000L;

    private final ActorSystem system;
    private final AtomicReference<@Nullable Ladder> asked = new AtomicReference<>();
    private final AtomicBoolean planned = new AtomicBoolean();
    private volatile @Nullable Registration timer;
    private volatile boolean over;

    Patience(ActorSystem system) {
        this.system = system;
    }

    /// From a task of the ladder's life.
    void add(Ladder ladder) {
        if (ladder.waitsForLook) {
            return;
        }
        ladder.waitsForLook = true;
        Ladder newest;
        do {
            newest = asked.get();
            ladder.askedBefore = newest;
        } while (!asked.compareAndSet(newest, ladder));
        if (!planned.get() && planned.compareAndSet(false, true)) {
            timer = system.strand.schedule(Ladder.later(system.now(), FIRST_LOOK), this::look);
            if (over) {
                forgetTimer();
            }
        }
    }

    private void look() {
        planned.set(false);
        Ladder each = asked.getAndSet(null);
        while (each != null) {
            Ladder before = each.askedBefore;
            each.askedBefore = null; // it may live on
            each.waitsForLook = false;
            each.stillThere();
            each = before;
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
