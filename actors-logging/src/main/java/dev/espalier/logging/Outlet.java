package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the holder of the [Turn] does with the sinks: everything that may block or throw is called here, in
/// WRITING. Each method returns false when the holder was robbed meanwhile.
///
/// *Events of the sinks themselves.* A sink that logs would never let the queue run empty. What it logs while
/// it writes an event is written next; what it logs while it writes that, is dropped.
final class Outlet {
    private static final long SUMMARY_NANOS = 1_000_000_000L;
    private static final int MOST_OWN = 100;
    /// After so many the sinks are flushed, even if there is more to write.
    private static final int MOST_UNFLUSHED = 256;

    private final Sinks sinks;
    private final Tally tally;
    private final Turn turn;
    private final Function<String, ILoggingEvent> summary;

    /// Has the events until they are settled; null without one. Written before the start.
    private @Nullable Journal journal;
    /// What is being written: made visible to who seizes the turn by the write of WRITING.
    private @Nullable ActorEvent current;
    /// How many events were written; by the holder, release. Others see by it whether the sinks move.
    private final AtomicLong progress = new AtomicLong();

    /// How many of these have a fate; by the holder, or who has robbed it, release.
    private final AtomicLong settled = new AtomicLong();
    /// What sinks have logged: put in by the holder, taken by the holder or who has robbed it.
    private final Queue<ActorEvent> own = new ConcurrentLinkedQueue<>();
    /// Given to the sinks since the last flush; changed in POLLING only, visible to who seizes the turn as
    /// `current`.
    private final List<ActorEvent> unflushed = new ArrayList<>();

    /// Of these, given to the sinks by calls that have not come back. Who takes one out decides its fate.
    private final Queue<ActorEvent> ownGiven = new ConcurrentLinkedQueue<>();

    // Confined to the holder.
    private final @Nullable Repeats repeats;
    private boolean writingOwn;
    private long toldDrops;
    private long toldAt = System.nanoTime() - SUMMARY_NANOS;

    /// @param repeats null: nothing is folded
    /// @param summary makes the event for a text of the library's own
    Outlet(Sinks sinks, Tally tally, Turn turn, @Nullable Repeats repeats, Function<String, ILoggingEvent> summary) {
        this.repeats = repeats;
        this.sinks = sinks;
        this.tally = tally;
        this.turn = turn;
        this.summary = summary;
    }

    long progress() {
        return progress.get();
    }

    /// How many events the sinks were given that have no fate yet.
    long unflushed() {
        return Math.max(0, progress.get() - settled.get());
    }

    void journal(Journal value) {
        journal = value;
    }

    /// For who has seized the turn, once: what the sinks were given and may not have. Who was robbed gives these
    /// no fate any more.
    List<ActorEvent> takeUnsettled() {
        settled.setRelease(progress.get());
        List<ActorEvent> all = new ArrayList<>(unflushed);
        if (current != null) {
            all.add(current);
        }
        return all;
    }

    /// For who has seized the turn.
    @Nullable
    ActorEvent pollOwn() {
        ActorEvent given = ownGiven.poll();
        return given == null ? own.poll() : given;
    }

    boolean write(ActorEvent event) {
        if (repeats != null && repeats.folds(event, System.nanoTime())) {
            tally.count(Fate.REPEATED);
            countOne(settled);
            countOne(progress);
            if (journal != null) {
                journal.dropped(event);
            }
            return true;
        }
        current = event;
        turn.enterSinks();
        boolean well = sinks.write(event);
        LogTail.show(event);
        writeOwn();
        boolean mine = leaveSinks(); // else the event was spilled
        if (mine) {
            current = null;
            unflushed(event, well);
        }
        return mine && (unflushed.size() < MOST_UNFLUSHED || flush());
    }

    private void unflushed(ActorEvent event, boolean well) {
        if (well) {
            unflushed.add(event);
        } else {
            countOne(settled);
            settle(event, false);
        }
        countOne(progress);
    }

    /// By the holder alone.
    private static void countOne(AtomicLong counter) {
        counter.setRelease(counter.getPlain() + 1);
    }

    /// What sinks logged meanwhile gets its fate by who wrote it, robbed or not.
    private boolean leaveSinks() {
        boolean mine = turn.leaveSinks();
        for (ActorEvent event = ownGiven.poll(); event != null; event = ownGiven.poll()) {
            if (mine) {
                unflushed(event, true);
            } else {
                settle(event, true);
            }
        }
        return mine;
    }

    private void writeOwn() {
        writingOwn = true;
        for (ActorEvent event = own.poll(); event != null; event = own.poll()) {
            ownGiven.add(event);
            if (!sinks.write(event) && ownGiven.remove(event)) {
                settle(event, false);
            }
        }
        writingOwn = false;
    }

    private void settle(ActorEvent event, boolean well) {
        count(1, well);
        if (journal != null) {
            journal.written(event);
        }
    }

    private void count(int events, boolean well) {
        if (well) {
            tally.written(events);
        } else {
            tally.count(Fate.FAILED, events);
        }
    }

    /// A sink has logged this.
    void takeOwn(ActorEvent event) {
        tally.bypassed();
        if (journal != null) {
            journal.put(event); // or not: it cannot wait for itself
        }
        if (writingOwn || own.size() >= MOST_OWN) {
            tally.count(Fate.RECURSIVE);
            if (journal != null) {
                journal.dropped(event);
            }
        } else {
            own.add(event);
        }
    }

    boolean flush() {
        turn.enterSinks();
        return leaveFlushed(flushSinks());
    }

    /// The end: nothing is held back any more, not even what others have given to the sinks.
    boolean flushEach() {
        turn.enterSinks();
        boolean well = sinks.flushEach();
        return leaveFlushed(flushSinks() && well);
    }

    /// All that may wait for a disk is done before the turn is left: who seizes it must not wait, too.
    private boolean leaveFlushed(boolean well) {
        if (!well) {
            unflushed.forEach(Outlet::tellUnflushed);
            ownGiven.forEach(Outlet::tellUnflushed);
        }
        long length = journal == null ? 0 : journal.logLength();
        return leaveSinks() && settleFlushed(well, length);
    }

    private boolean flushSinks() {
        boolean well = sinks.flush();
        if (!own.isEmpty()) {
            writeOwn();
            well &= sinks.flush();
        }
        return well;
    }

    private static void tellUnflushed(ActorEvent event) {
        LastResort.say("An appender could not be flushed, it may lack: " + Text.of(event));
    }

    /// All events of before the flush have their fate now.
    private boolean settleFlushed(boolean well, long logLength) {
        count(unflushed.size(), well);
        if (journal != null) {
            unflushed.forEach(journal::written);
        }
        unflushed.clear();
        settled.setRelease(progress.get());
        if (journal != null) {
            journal.advance(logLength);
        }
        return true;
    }

    /// Tells of drops that have not been told, once a second at most, and of repeats whose window is over.
    ///
    /// @param now without waiting for the second, or the window, to be over
    boolean summarise(boolean now) {
        return (repeats == null || repeats.isEmpty() || summarise(repeats, now)) && summariseDrops(now);
    }

    /// In WRITING, for it asks arguments for their text.
    private boolean summarise(Repeats from, boolean now) {
        turn.enterSinks();
        List<String> texts = from.end(System.nanoTime(), now);
        texts.forEach(text -> sinks.write(summary.apply(text)));
        return texts.isEmpty() ? leaveSinks() : leaveFlushed(flushSinks());
    }

    private boolean summariseDrops(boolean now) {
        long dropped = tally.of(Fate.DROPPED) + tally.of(Fate.RECURSIVE) + tally.of(Fate.SPILLED);
        if (dropped == toldDrops || (!now && System.nanoTime() - toldAt < SUMMARY_NANOS)) {
            return true;
        }
        String text = (dropped - toldDrops) + " events are missing here, " + dropped + " in all: "
                + tally.of(Fate.DROPPED) + " were dropped since the queue was full, " + tally.of(Fate.SPILLED)
                + " went to the spill file, " + tally.of(Fate.RECURSIVE)
                + " were dropped since sinks logged while they wrote what sinks had logged";
        toldDrops = dropped;
        toldAt = System.nanoTime();
        turn.enterSinks();
        sinks.write(summary.apply(text));
        return leaveFlushed(flushSinks());
    }
}
