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
/// | `calls`; see also [Calls] | the actor | all | release, acquire |
/// | `handling`, [More]`.timing`, `began` | the actor | all, in this order | release, acquire; `began` opaque |
/// | `every` | who sets levels | the actor | opaque |
/// | [More]`.toldOf` | [SlowWatch] | [SlowWatch] | plain |
/// | the other fields of [More] | the actor | the actor | plain |
/// | [More]`.senders`, `mark` | the actor | all | volatile |
/// | `more` | any, the first under the monitor of this object | all | volatile |
/// | `base`, `code`, `folded`, [More]`.ended`, `restarts` | any | any | under the monitor of this object |
///
/// *Cost.* Who only counts writes three numbers for a message: a reference that is written may cost a fence of the
/// collector, so what is in hand is a number, too. *Memory.* 40 bytes and 40 for each class of messages; the rest is
/// there when it is needed.
final class ActorRecord implements MessageObserver {
    /// Message types that are told apart for one actor; the rest is one row.
    private static final int MOST_TYPES = 32;

    private static final VarHandle CALLS;
    private static final VarHandle HANDLING;
    private static final VarHandle EVERY;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CALLS = lookup.findVarHandle(ActorRecord.class, "calls", Calls.class);
            HANDLING = lookup.findVarHandle(ActorRecord.class, "handling", byte.class);
            EVERY = lookup.findVarHandle(ActorRecord.class, "every", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final ActorRef<?> actor;
    final @Nullable ActorRecord parent;
    private @Nullable String code;
    private @Nullable Calls calls;
    /// The number of the type of the message in hand, or of the first of a batch; 0 if there is none.
    private byte handling;
    /// As [Level#code].
    @SuppressWarnings("UnusedVariable") // by its handle
    private byte every;

    private Level base;
    private boolean folded;
    private volatile @Nullable More more;

    ActorRecord(ActorRef<?> actor, @Nullable ActorRecord parent, Level base) {
        this.actor = actor;
        this.parent = parent;
        this.base = base;
    }

    private More more() {
        More known = more;
        return known == null ? made() : known;
    }

    private synchronized More made() {
        More known = more;
        if (known == null) {
            known = new More(System.identityHashCode(actor));
            more = known;
        }
        return known;
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
        return (byte) EVERY.getOpaque(this) > 0;
    }

    void every(Level level) {
        EVERY.setOpaque(this, level.code());
    }

    // The actor.

    synchronized void code(Class<?> type) {
        code = type.getName();
        Marks.Mark known = mark();
        if (known != null) {
            known.code(type.getName());
        }
    }

    @Override
    public void started(Object message) {
        byte level = (byte) EVERY.getOpaque(this);
        if (level < 0) {
            forgetArrival();
            return;
        }
        Calls of = callsOf(message.getClass());
        of.countCall();
        More known = level > 0 ? more() : more;
        if (known != null && !known.passes(level)) {
            begin(of, known, level);
        }
        if (handling == 0) {
            HANDLING.setRelease(this, (byte) of.number); // up to 33
        }
    }

    /// That of a message which is not counted, or not handled: an ask that has expired, maybe the last of a batch.
    private void forgetArrival() {
        More known = more;
        if (known != null && known.waited >= 0) {
            known.waited = -1;
        }
    }

    private void begin(Calls of, More own, byte level) {
        if (level > 0 && handling == 0) {
            own.begin();
        } else if (own.waited >= 0) { // in the middle of a batch
            of.waited(own.waited);
            own.waited = -1;
            own.rest(level);
        }
        if (own.timing) {
            of.hold();
            own.inHand++;
        }
    }

    private Calls callsOf(Class<?> type) {
        Calls first = calls;
        if (first != null && first.type == type) {
            return first;
        }
        int types = 0;
        Calls last = null;
        for (Calls at = first; at != null; at = at.next()) {
            if (at.type == type) {
                return at;
            }
            last = at;
            types++;
        }
        if (types >= MOST_TYPES && type != Calls.Other.class) {
            return callsOf(Calls.Other.class);
        }
        Calls fresh = new Calls(type, types + 1);
        if (last == null) {
            CALLS.setRelease(this, fresh);
        } else {
            last.append(fresh);
        }
        return fresh;
    }

    @Override
    public void arrived(@Nullable ActorRef<?> sender, long nanos, long now, int messages) {
        if (!isSampled()) {
            return; // it was sent when the level was another one
        }
        More own = more();
        own.arrived(nanos, now);
        Senders from = own.senders;
        if (from == null) {
            from = new Senders();
            own.senders = from;
        }
        from.count(sender, messages, ActorRecord::codeOf);
    }

    private static String codeOf(ActorRef<?> sender) {
        ActorRecord record = Trees.find(sender);
        return record == null ? "" : record.codeName();
    }

    @Override
    public void asked(ActorRef<?> target, long nanos) {
        More known = more;
        if (known != null) {
            known.asked += nanos;
        }
    }

    @Override
    public void ended(@Nullable Throwable thrown) {
        forgetArrival();
        int number = handling;
        if (number == 0) {
            return;
        }
        HANDLING.setRelease(this, (byte) 0);
        if (thrown != null && !(thrown instanceof CancelledException)) {
            known(number).countFailed();
        }
        More own = more;
        if (own != null && own.timing) {
            own.end((byte) EVERY.getOpaque(this));
            end(known(number), own, Strand.now() - own.began);
        }
    }

    private void end(Calls of, More own, long nanos) {
        int messages = own.inHand;
        own.inHand = 0;
        if (messages == of.held()) {
            of.time(messages, nanos, own.asked, own.firstWaited);
        } else {
            share(messages, nanos, own.asked);
            if (own.firstWaited >= 0) {
                of.waited(own.firstWaited);
            }
        }
        if (nanos >= SlowMessage.THRESHOLD) {
            SlowMessage.write(actor, of.name(), nanos);
        }
    }

    /// The messages of a batch share its time alike.
    private void share(int messages, long nanos, long asked) {
        for (Calls at = calls; at != null; at = at.next()) {
            int held = at.held();
            if (held > 0) {
                double share = (double) held / messages;
                at.time(held, (long) (nanos * share), (long) (asked * share), -1);
            }
        }
    }

    // Anyone.

    /// The type of the message in hand; null if there is none.
    private @Nullable Calls handled() {
        int number = (byte) HANDLING.getAcquire(this);
        return number == 0 ? null : known(number);
    }

    private Calls known(int number) {
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            if (at.number == number) {
                return at;
            }
        }
        throw new IllegalStateException("There is no type " + number);
    }

    /// Tells the Flight Recorder of a message that takes long, once; for one thread.
    void tellIfSlow() {
        Calls of = handled();
        More own = more;
        if (of == null || own == null || !own.isTimingAcquire()) {
            return;
        }
        long since = own.beganOpaque();
        long nanos = System.nanoTime() - since;
        if (since != own.toldOf && nanos >= SlowMessage.THRESHOLD) {
            own.toldOf = since;
            SlowMessage.writeStack(actor, of.name(), nanos);
        }
    }

    Marks.@Nullable Mark mark() {
        More known = more;
        return known == null ? null : known.mark;
    }

    void mark(Marks.@Nullable Mark fresh) {
        if (fresh != null || more != null) {
            more().mark = fresh;
        }
    }

    synchronized void countRestart() {
        more().restarts++;
    }

    /// What the actor itself has done.
    Sheet own() {
        Sheet sheet = new Sheet();
        String name = codeName();
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            sheet.add(new Sheet.Key(name, at.name()), at, 1);
        }
        sheet.addRestarts(restarts());
        More known = more;
        Senders from = known == null ? null : known.senders;
        if (from != null) {
            from.forEach((path, fromCode, messages) -> sheet.add(new Flow.Key(path, fromCode, name), messages));
        }
        return sheet;
    }

    synchronized String codeName() {
        return code == null ? "" : code;
    }

    synchronized int restarts() {
        More known = more;
        return known == null ? 0 : known.restarts;
    }

    /// What its descendants have done that have ended.
    synchronized Sheet ended() {
        Sheet copy = new Sheet();
        addEnded(copy);
        return copy;
    }

    private void addEnded(Sheet to) {
        More known = more;
        Sheet past = known == null ? null : known.ended;
        if (past != null) {
            to.add(past, 1);
        }
    }

    /// The actor has ended: gives what it knows to the nearest ancestor that has not.
    void fold() {
        Sheet all = own();
        synchronized (this) {
            if (folded) {
                return;
            }
            folded = true;
            addEnded(all);
        }
        for (ActorRecord up = parent; up != null && !up.take(all); ) {
            up = up.parent;
        }
    }

    private synchronized boolean take(Sheet added) {
        if (folded) {
            return false;
        }
        More own = more();
        Sheet past = own.ended;
        if (past == null) {
            past = new Sheet();
            own.ended = past;
        }
        past.add(added, 1);
        return true;
    }

    /// A row for each type of message.
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            rows.add(at.row(at.name(), 0));
        }
        return rows;
    }

    /// How the times of its timed messages spread, of all types.
    CompactHistogram spread() {
        CompactHistogram all = new CompactHistogram();
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            at.addSpreadTo(all);
        }
        return all;
    }

    /// Whether it has a message in hand.
    boolean isHandling() {
        return (byte) HANDLING.getAcquire(this) != 0;
    }

    /// The class of the message in hand.
    String inHand() {
        Calls now = handled();
        return now == null ? "message" : now.name();
    }

    /// How many messages it has begun to handle.
    long calls() {
        long count = 0;
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            count += at.calls();
        }
        return count;
    }

    /// What it is doing and has done so far.
    ActorFigures figures() {
        Calls now = handled();
        More own = more;
        boolean timed = now != null && own != null && own.isTimingAcquire();
        long since = own == null ? 0 : own.beganOpaque();
        long count = 0;
        long failed = 0;
        long timedCalls = 0;
        double handling = 0;
        for (Calls at = (Calls) CALLS.getAcquire(this); at != null; at = at.nextAcquire()) {
            count += at.calls();
            failed += at.failed();
            timedCalls += at.timed();
            handling += at.handling();
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
                !timed ? Optional.empty() : Optional.of(Duration.ofNanos(Strand.now() - since)));
    }
}
