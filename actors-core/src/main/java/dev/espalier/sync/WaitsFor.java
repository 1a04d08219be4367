package dev.espalier.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One wait of which is known who must act before it ends: an edge of the wait-for graph, from [#enter] to
/// [#exit].
///
/// *Cost.* Until the strand really parks, some writes. The first park makes it known to all and looks for a
/// cycle through it; see [DeadlockWatch].
///
/// *Threads.* `enter` and `exit` are for the strand that waits, properly nested; the rest for any thread,
/// with no lock of the library held.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `looked`, `outer`, `outerOfTenant` | the strand | the strand | plain |
/// | `age` | the strand | all | volatile |
/// | `reported` | who has found a cycle | who has found a cycle | CAS |
/// | `found` | who found the cycle | the strand | volatile, then unpark |
public abstract class WaitsFor {
    /// What can be done about a wait that would never end. Of the waits of a cycle, one of the first kind
    /// that there is is ended, the youngest of them.
    public enum Remedy {
        /// It goes on as if what it waits for had come.
        LET_ON,
        /// It fails, which it must reckon with anyway.
        FAIL_FIRST,
        /// It fails with [DeadlockException].
        FAIL,
        /// It can only be reported.
        NONE
    }

    private static final AtomicLong AGES = new AtomicLong();
    private static final VarHandle REPORTED;

    static {
        try {
            REPORTED = MethodHandles.lookup().findVarHandle(WaitsFor.class, "reported", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Strand strand = Strand.current();
    private final @Nullable Waiter tenant = strand.tenant() instanceof Waiter waiter ? waiter : null;
    private final Remedy remedy;
    private final boolean limited;
    /// Among those that can be ended, the order in which they began. What cannot gets its age when its strand
    /// parks: in most starts of actors it never does. Until then it is no edge, for a cycle is told of once
    /// by its youngest wait.
    private volatile long age;

    @SuppressWarnings("unused") // by its handle
    private volatile boolean reported;

    private @Nullable WaitsFor outer;
    private @Nullable WaitsFor outerOfTenant;
    private boolean looked;
    private volatile @Nullable Deadlock found;

    /// A wait of the calling strand, not entered yet.
    ///
    /// @param remedy what can be done about it
    /// @param limited whether it has a time-out or a till: then it ends some day, and a cycle is only warned of
    protected WaitsFor(Remedy remedy, boolean limited) {
        this.remedy = remedy;
        this.limited = limited;
        if (remedy != Remedy.NONE) {
            age = AGES.incrementAndGet();
        }
    }

    /// Who must act, each of them, before this wait can end.
    ///
    /// @return nobody if that is not known
    protected abstract Collection<? extends Waiter> targets();

    /// What is waited for, to follow a name: `asks /shop/orders`.
    ///
    /// @return the text
    protected abstract String what();

    /// Tells whether it goes on, as far as others can see.
    ///
    /// @return false if it only has to be noticed that it is over
    protected boolean isPending() {
        return true;
    }

    /// Ends it as [Remedy] says; for what is neither `FAIL` nor `NONE` to be overridden. Several threads may
    /// do it.
    ///
    /// @param deadlock what was found
    protected void end(Deadlock deadlock) {
        found = deadlock;
        strand.unpark();
    }

    /// Begins the wait.
    protected final void enter() {
        outer = strand.waitsFor();
        strand.waitsFor(this);
        if (tenant != null) {
            outerOfTenant = tenant.waitsFor();
            tenant.waitsFor(this);
        }
    }

    /// Ends the wait.
    @SuppressWarnings("ReferenceEquality") // the same, not an equal one
    protected final void exit() {
        strand.waitsFor(outer);
        if (outer == null) {
            DeadlockWatch.unlist(strand);
        }
        if (tenant != null && tenant.waitsFor() == this) {
            tenant.waitsFor(outerOfTenant);
        }
    }

    /// Looks for a cycle through this wait and does what there is to do about it. Called by itself before the
    /// first park; to be called again when the targets have changed, unless a target's own wait comes later.
    protected final void look() {
        VarHandle.fullFence(); // of the waits of a cycle, the one with the last fence sees all the others
        DeadlockWatch.look(this);
    }

    /// The strand that waits.
    ///
    /// @return the strand
    protected final Strand strand() {
        return strand;
    }

    /// The strand is about to park.
    ///
    /// @return true if it must not, but look again at what it waits for: the search takes locks and logs,
    ///     which may have used up the permit of an unpark
    final boolean beforePark() {
        if (looked) {
            check(); // what has looked at the condition may have used up that permit, too
            return false;
        }
        publish();
        look();
        check();
        return true;
    }

    /// Lets others find it. Called in place of the look by who does so before anybody is there to be waited
    /// for: that one's own waits come later.
    final void publish() {
        looked = true;
        for (WaitsFor each = this;
                each != null;
                each = each.outer) { // who parks in an inner wait waits in the outer ones
            if (each.age == 0) {
                each.age = AGES.incrementAndGet();
            }
        }
        DeadlockWatch.list(strand);
    }

    final void check() {
        Deadlock deadlock = found;
        if (deadlock != null) {
            throw new DeadlockException(deadlock);
        }
    }

    boolean goesOn() {
        return age != 0 && found == null && isPending();
    }

    Waiter waiter() {
        return tenant == null ? strand : tenant;
    }

    String name() {
        return tenant == null ? strand.thread().getName() : tenant.toString();
    }

    Remedy remedy() {
        return remedy;
    }

    boolean isLimited() {
        return limited;
    }

    long age() {
        return age;
    }

    /// Whether a cycle of which this is the youngest has not been reported before.
    boolean startReport() {
        return REPORTED.compareAndSet(this, false, true);
    }
}
