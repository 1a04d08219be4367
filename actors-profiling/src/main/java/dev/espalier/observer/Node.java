package dev.espalier.observer;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.Ledger;
import dev.espalier.profiling.ActorFigures;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One living actor as the page sees it. Confined to who holds the lock of [Snapshots].
final class Node {
    /// The figures that are summed up over a window.
    ///
    /// @param processed messages that have met their fate by being handled
    /// @param failed those that the actor failed over
    /// @param nanos how long handling took; 0 while nothing is timed
    /// @param waits nanoseconds that messages have waited, summed up over all; by one look a second
    record Sums(long processed, long failed, long nanos, long waits) {
        static final Sums NONE = new Sums(0, 0, 0, 0);

        /// How long a message that comes now would wait, in seconds, at the pace of these sums, by Little's
        /// law: as many as waited on average, by how many were handled in a second. It needs no message that
        /// is timed.
        double pause() {
            if (waits == 0) {
                return 0;
            }
            return processed == 0 ? Double.POSITIVE_INFINITY : waits / 1e9 / processed;
        }

        boolean showsAs(Sums other) {
            return processed == other.processed && failed == other.failed && nanos == other.nanos;
        }
    }

    final int id;
    final int parent;
    final ActorRef<?> actor;
    final long born;
    /// The last walk that met it.
    long walk;

    ActorState state = ActorState.STARTING;
    int restarts;
    long queued;
    /// The most that any look has found.
    long mostQueued;
    /// Those that are queued but for the one in hand.
    long waiting;
    long accepted;
    long dropped;
    double rate;
    /// Failures since the look before.
    long lastFailed;
    double busy;
    boolean timed;
    /// What [dev.espalier.profiling.Detectors] have found: a bit for each kind.
    int trouble;

    String code = "";
    Sums sums = Sums.NONE;
    private Sums base = Sums.NONE;
    private Sums @Nullable [] past;

    Node(int id, int parent, ActorRef<?> actor, long born) {
        this.id = id;
        this.parent = parent;
        this.actor = actor;
        this.born = born;
    }

    /// Takes in what is known now.
    ///
    /// @param seconds since the walk before
    /// @return whether anything that is shown has changed
    boolean update(Optional<ActorFigures> figures, double seconds) {
        ActorState newState = actor.state();
        int newRestarts = actor.incarnation() - 1;
        Ledger ledger = actor.ledger();
        boolean inHand = figures.isPresent() && figures.get().current().isPresent();
        waiting = Math.max(0, ledger.queued() - (inHand ? 1 : 0));
        Sums now = new Sums(
                ledger.processed(),
                figures.map(ActorFigures::failed).orElse(0L),
                figures.map(all -> all.handling().toNanos()).orElse(0L),
                sums.waits + Math.round(waiting * seconds * 1e9));
        double newRate = Math.max(0, now.processed - sums.processed) / seconds;
        double newBusy = Math.max(0, now.nanos - sums.nanos) / seconds / 1e9;
        boolean newTimed = figures.isPresent() && figures.get().timed() > 0;
        boolean changed = !now.showsAs(sums)
                || state != newState
                || restarts != newRestarts
                || queued != ledger.queued()
                || dropped != ledger.dropped()
                || differs(rate, newRate)
                || differs(busy, newBusy)
                || timed != newTimed;
        state = newState;
        restarts = newRestarts;
        queued = ledger.queued();
        mostQueued = Math.max(mostQueued, queued);
        accepted = ledger.accepted();
        dropped = ledger.dropped();
        rate = newRate;
        busy = newBusy;
        timed = newTimed;
        lastFailed = now.failed - sums.failed;
        sums = now;
        if (code.isEmpty() && figures.isPresent()) {
            code = figures.get().code();
        }
        return changed;
    }

    /// Takes in what troubles it has now, a bit for each kind.
    ///
    /// @return whether that is new
    boolean isNew(int troubles) {
        boolean changed = trouble != troubles;
        trouble = troubles;
        return changed;
    }

    private static boolean differs(double a, double b) {
        return Math.abs(a - b) > 0.001;
    }

    /// What it has done so far was before anybody looked.
    void beginHere() {
        base = sums;
        lastFailed = 0;
        rate = 0;
        busy = 0;
    }

    /// Remembers the figures of now; only of actors that have had messages.
    void remember(int slot, int slots) {
        if (past == null && !sums.equals(Sums.NONE)) {
            past = new Sums[slots];
        }
        if (past != null) {
            past[slot] = sums;
        }
    }

    /// What has been added since the figures were remembered there.
    Sums since(int slot) {
        Sums then = past == null || past[slot] == null ? base : past[slot];
        return new Sums(
                sums.processed - then.processed,
                sums.failed - then.failed,
                Math.max(0, sums.nanos - then.nanos),
                sums.waits - then.waits);
    }

    /// `[id, parent, name]`, then its figures as in [#writeFigures].
    void write(Json json) {
        json.array().value(id).value(parent).value(actor.name());
        figures(json).endArray();
    }

    /// `[id, state, queued, processed, rate, failed, restarts, busy, dropped, trouble]`; busy in percent of the time,
    /// −1 if nothing was timed.
    void writeFigures(Json json) {
        json.array().value(id);
        figures(json).endArray();
    }

    private Json figures(Json json) {
        return json.value(state.ordinal())
                .value(queued)
                .value(sums.processed)
                .value(rate)
                .value(sums.failed)
                .value(restarts)
                .value(timed ? Math.min(100, busy * 100) : -1.0)
                .value(dropped)
                .value(trouble);
    }
}
