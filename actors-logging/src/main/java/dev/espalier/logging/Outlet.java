package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the holder of the [Turn] does with the sinks: everything that may block or throw is called here, in
/// WRITING. Each method returns false when the holder was robbed meanwhile.
///
/// *Events of the sinks themselves.* A sink that logs would never let the queue run empty. What it logs while it
/// writes an event is written next; what it logs while it writes that, is dropped.
final class Outlet {
    private static final long SUMMARY_NANOS = 1_000_000_000L;
    private static final int MOST_OWN = 100;

    private final Sinks sinks;
    private final Tally tally;
    private final Turn turn;
    private final Function<String, ILoggingEvent> summary;

    /// What is being written: made visible to who seizes the turn by the write of WRITING.
    private @Nullable ActorEvent current;
    /// How many events were written; by the holder. Others see by it whether the sinks move.
    private volatile long progress;

    // Confined to the holder.
    private final @Nullable Repeats repeats;
    private final ArrayDeque<ActorEvent> own = new ArrayDeque<>();
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
        return progress;
    }

    /// For who has seized the turn.
    @Nullable
    ActorEvent current() {
        return current;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the holder alone
    boolean write(ActorEvent event) {
        if (repeats != null && repeats.folds(event, System.nanoTime())) {
            tally.count(Fate.REPEATED);
            progress++;
            return true;
        }
        current = event;
        turn.enterSinks();
        boolean well = sinks.write(event);
        writeOwn();
        if (!turn.leaveSinks()) {
            return false; // the event was spilled
        }
        current = null;
        count(well);
        progress++;
        return true;
    }

    private void writeOwn() {
        writingOwn = true;
        for (ActorEvent event = own.poll(); event != null; event = own.poll()) {
            count(sinks.write(event));
        }
        writingOwn = false;
    }

    private void count(boolean well) {
        if (well) {
            tally.written();
        } else {
            tally.count(Fate.FAILED);
        }
    }

    /// A sink has logged this.
    void takeOwn(ActorEvent event) {
        tally.bypassed();
        if (writingOwn || own.size() >= MOST_OWN) {
            tally.count(Fate.RECURSIVE);
        } else {
            own.add(event);
        }
    }

    boolean flush() {
        turn.enterSinks();
        flushSinks();
        return turn.leaveSinks();
    }

    private void flushSinks() {
        sinks.flush();
        if (!own.isEmpty()) {
            writeOwn();
            sinks.flush();
        }
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
        if (!texts.isEmpty()) {
            flushSinks();
        }
        return turn.leaveSinks();
    }

    private boolean summariseDrops(boolean now) {
        long dropped = tally.of(Fate.DROPPED) + tally.of(Fate.RECURSIVE);
        if (dropped == toldDrops || (!now && System.nanoTime() - toldAt < SUMMARY_NANOS)) {
            return true;
        }
        String text = (dropped - toldDrops) + " events were dropped, " + dropped + " in all: "
                + tally.of(Fate.DROPPED) + " since the queue was full, " + tally.of(Fate.RECURSIVE)
                + " since sinks logged while they wrote what sinks had logged";
        toldDrops = dropped;
        toldAt = System.nanoTime();
        turn.enterSinks();
        sinks.write(summary.apply(text));
        flushSinks();
        return turn.leaveSinks();
    }
}
