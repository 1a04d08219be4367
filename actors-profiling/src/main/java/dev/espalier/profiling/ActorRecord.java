package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.MessageObserver;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known about one actor, as long as it lives.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `calls`, [Calls]`.next` | the actor | all | release, acquire |
/// | `current`, `timing`, `began` | the actor | all, in this order | release, acquire; `began` opaque |
/// | `every` | who sets levels | the actor | opaque |
/// | `toldOf` | [SlowWatch] | [SlowWatch] | plain |
/// | `inHand`, [Calls]`.inHand`, `asked`, `waited`, `gap`, `seed` | the actor | the actor | plain |
/// | `senders` | the actor | all | release, acquire |
/// | `ended`, `restarts`, `base`, `folded` | any | any | under the monitor of this object |
final class ActorRecord implements MessageObserver {
    /// Message types that are told apart for one actor; the rest is one row.
    private static final int MOST_TYPES = 32;

    private static final VarHandle CALLS;
    private static final VarHandle NEXT;
    private static final VarHandle CURRENT;
    private static final VarHandle TIMING;
    private static final VarHandle BEGAN;
    private static final VarHandle EVERY;
    private static final VarHandle SENDERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CALLS = lookup.findVarHandle(ActorRecord.class, "calls", Calls.class);
            NEXT = lookup.findVarHandle(Calls.class, "next", Calls.class);
            CURRENT = lookup.findVarHandle(ActorRecord.class, "current", Calls.class);
            TIMING = lookup.findVarHandle(ActorRecord.class, "timing", boolean.class);
            BEGAN = lookup.findVarHandle(ActorRecord.class, "began", long.class);
            EVERY = lookup.findVarHandle(ActorRecord.class, "every", int.class);
            SENDERS = lookup.findVarHandle(ActorRecord.class, "senders", Senders.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The messages of one type.
    private static final class Calls {
        final Class<?> type;
        final Figures figures = new Figures();
        /// How many of this type are in hand; for the actor itself.
        int inHand;

        @Nullable
        Calls next;

        Calls(Class<?> type) {
            this.type = type;
        }

        @Nullable
        Calls nextAcquire() {
            return (Calls) NEXT.getAcquire(this);
        }

        String name() {
            return type == OtherTypes.class ? "(other types)" : type.getName();
        }
    }

    /// Stands for the types beyond [#MOST_TYPES].
    private static final class OtherTypes {}

    final ActorRef<?> actor;
    final @Nullable ActorRecord parent;
    private @Nullable String code;
    private @Nullable Calls calls;
    private @Nullable Calls current;
    private boolean timing;
    private long began;
    private long asked;
    /// How long the message that comes next was in the mailbox; −1 if it is no sample.
    private long waited = -1;

    private @Nullable Senders senders;
    private int inHand;
    private int gap;
    private int seed;
    /// When the message began that was told of as slow.
    private long toldOf;

    @SuppressWarnings("UnusedVariable") // by its handle
    private int every;

    private Level base;
    private int restarts;
    private boolean folded;
    private @Nullable Sheet ended;
    /// What its samples are known by; written by its worker, read by that and by later ones.
    private volatile Marks.@Nullable Mark mark;

    ActorRecord(ActorRef<?> actor, @Nullable ActorRecord parent, Level base) {
        this.actor = actor;
        this.parent = parent;
        this.base = base;
        this.seed = System.identityHashCode(actor);
    }

    // Levels.

    synchronized Level base() {
        return base;
    }

    synchronized void base(Level level) {
        base = level;
    }

    /// Whether its level times messages, and has their waits sampled.
    boolean isSampled() {
        return (int) EVERY.getOpaque(this) > 0;
    }

    void every(Level level) {
        EVERY.setOpaque(this, level.every());
    }

    // The actor.

    synchronized void code(Class<?> type) {
        code = type.getName();
        Marks.Mark known = mark;
        if (known != null) {
            known.code(type.getName());
        }
    }

    @Override
    public void started(Object message) {
        int level = (int) EVERY.getOpaque(this);
        if (level < 0) {
            waited = -1; // that of a message which is not counted
            return;
        }
        Calls of = callsOf(message.getClass());
        of.figures.countCall();
        of.inHand++;
        inHand++;
        if (waited >= 0) {
            of.figures.waited(waited);
            waited = -1;
        }
        if (current == null) {
            if (level > 0 && isDue(level)) {
                asked = 0;
                BEGAN.setOpaque(this, Strand.now());
                TIMING.setRelease(this, true);
            }
            CURRENT.setRelease(this, of);
        }
    }

    private Calls callsOf(Class<?> type) {
        Calls first = calls;
        if (first != null && first.type == type) {
            return first;
        }
        int types = 0;
        Calls last = null;
        for (Calls at = first; at != null; at = at.next) {
            if (at.type == type) {
                return at;
            }
            last = at;
            types++;
        }
        if (types >= MOST_TYPES && type != OtherTypes.class) {
            return callsOf(OtherTypes.class);
        }
        Calls fresh = new Calls(type);
        if (last == null) {
            CALLS.setRelease(this, fresh);
        } else {
            NEXT.setRelease(last, fresh);
        }
        return fresh;
    }

    /// Whether this message is to be timed: at random distances of `level` on average.
    private boolean isDue(int level) {
        if (gap > 1 && gap < 2 * (long) level) {
            gap--;
            return false;
        }
        seed = seed * 1_664_525 + 1_013_904_223;
        gap = 1 + (int) ((seed >>> 8) % (2L * level - 1));
        return true;
    }

    @Override
    public void arrived(@Nullable ActorRef<?> sender, long nanos) {
        int level = (int) EVERY.getOpaque(this);
        if (level <= 0) {
            return; // it was sent when the level was another one
        }
        waited = nanos;
        Senders from = senders;
        if (from == null) {
            from = new Senders();
            SENDERS.setRelease(this, from);
        }
        from.count(sender, Level.messagesFor(level), ActorRecord::codeOf);
    }

    private static String codeOf(ActorRef<?> sender) {
        ActorRecord record = Trees.find(sender);
        return record == null ? "" : record.codeName();
    }

    @Override
    public void asked(ActorRef<?> target, long nanos) {
        asked += nanos;
    }

    @Override
    public void ended(@Nullable Throwable thrown) {
        Calls of = current;
        if (of == null) {
            return;
        }
        CURRENT.setRelease(this, null);
        if (thrown != null && !(thrown instanceof CancelledException)) {
            of.figures.countFailed();
        }
        if (timing) {
            TIMING.setRelease(this, false);
            long nanos = Strand.now() - began;
            time(of, nanos);
            if (nanos >= SlowMessage.THRESHOLD) {
                SlowMessage.write(actor, of.name(), nanos);
            }
        }
        emptyHand(of);
    }

    /// The messages of a batch share its time alike.
    private void time(Calls first, long nanos) {
        if (inHand == first.inHand) {
            first.figures.time(inHand, nanos, asked);
            return;
        }
        for (Calls at = calls; at != null; at = at.next) {
            if (at.inHand > 0) {
                double share = (double) at.inHand / inHand;
                at.figures.time(at.inHand, (long) (nanos * share), (long) (asked * share));
            }
        }
    }

    private void emptyHand(Calls first) {
        if (inHand == first.inHand) {
            first.inHand = 0;
        } else {
            for (Calls at = calls; at != null; at = at.next) {
                at.inHand = 0;
            }
        }
        inHand = 0;
    }

    // Anyone.

    /// Tells the Flight Recorder of a message that takes long, once; for one thread.
    void tellIfSlow() {
        Calls of = (Calls) CURRENT.getAcquire(this);
        boolean timed = (boolean) TIMING.getAcquire(this);
        long since = (long) BEGAN.getOpaque(this);
        if (of == null || !timed || since == toldOf) {
            return;
        }
        long nanos = System.nanoTime() - since;
        if (nanos >= SlowMessage.THRESHOLD) {
            toldOf = since;
            SlowMessage.writeStack(actor, of.name(), nanos);
        }
    }

    Marks.@Nullable Mark mark() {
        return mark;
    }

    void mark(Marks.@Nullable Mark fresh) {
        mark = fresh;
    }

    synchronized void countRestart() {
        restarts++;
    }

    /// What the actor itself has done.
    Sheet own() {
        Sheet sheet = new Sheet();
        String name = codeName();
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            sheet.add(new Sheet.Key(name, at.name()), at.figures, 1);
        }
        sheet.addRestarts(restarts());
        Senders from = (Senders) SENDERS.getAcquire(this);
        if (from != null) {
            from.forEach((path, fromCode, messages) -> sheet.add(new Flow.Key(path, fromCode, name), messages));
        }
        return sheet;
    }

    synchronized String codeName() {
        return code == null ? "" : code;
    }

    synchronized int restarts() {
        return restarts;
    }

    /// What its descendants have done that have ended.
    synchronized Sheet ended() {
        Sheet copy = new Sheet();
        if (ended != null) {
            copy.add(ended, 1);
        }
        return copy;
    }

    /// The actor has ended: gives what it knows to the nearest ancestor that has not.
    void fold() {
        Sheet all = own();
        synchronized (this) {
            if (folded) {
                return;
            }
            folded = true;
            if (ended != null) {
                all.add(ended, 1);
            }
        }
        for (ActorRecord up = parent; up != null && !up.take(all); ) {
            up = up.parent;
        }
    }

    private synchronized boolean take(Sheet more) {
        if (folded) {
            return false;
        }
        if (ended == null) {
            ended = new Sheet();
        }
        ended.add(more, 1);
        return true;
    }

    /// A row for each type of message.
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            rows.add(at.figures.row(at.name(), 0));
        }
        return rows;
    }

    /// How the times of its timed messages spread, of all types.
    CompactHistogram spread() {
        CompactHistogram all = new CompactHistogram();
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            at.figures.addSpreadTo(all);
        }
        return all;
    }

    /// Whether it has a message in hand.
    boolean isHandling() {
        return CURRENT.getAcquire(this) != null;
    }

    /// The class of the message in hand.
    String inHand() {
        Calls now = (Calls) CURRENT.getAcquire(this);
        return now == null ? "message" : now.name();
    }

    /// How many messages it has begun to handle.
    long calls() {
        long count = 0;
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            count += at.figures.calls();
        }
        return count;
    }

    /// What it is doing and has done so far.
    ActorFigures figures() {
        Calls now = (Calls) CURRENT.getAcquire(this);
        boolean timed = (boolean) TIMING.getAcquire(this);
        long since = (long) BEGAN.getOpaque(this);
        long count = 0;
        long failed = 0;
        long timedCalls = 0;
        double handling = 0;
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            count += at.figures.calls();
            failed += at.figures.failed();
            timedCalls += at.figures.timed();
            handling += at.figures.handling();
        }
        return new ActorFigures(
                actor.path(),
                codeName(),
                actor.ledger(),
                count,
                failed,
                restarts(),
                timedCalls,
                Duration.ofNanos(Math.round(handling)),
                Optional.ofNullable(now).map(Calls::name),
                now == null || !timed ? Optional.empty() : Optional.of(Duration.ofNanos(Strand.now() - since)));
    }
}
