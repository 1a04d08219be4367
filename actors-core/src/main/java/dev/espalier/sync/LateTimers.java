package dev.espalier.sync;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The deadlines of parked green threads.
///
/// *Problem.* A green thread that parks with a deadline gets a timer of the JDK, for which another thread is woken.
/// An ask that is answered in two microseconds pays more for its deadline of five seconds than for its answer.
///
/// *Idea.* Who parks says so in a word of its own, its *post*, and parks without a deadline. A *round* looks at
/// the posts every [#ROUND]: one that is parked still as it was at the last round gets its timer now, in time for
/// a deadline that is farther away than [#NEAR]. So only waits that last have timers. Nearer deadlines are left
/// to the JDK.
///
/// | field of a post | written by | read by | access |
/// |---|---|---|---|
/// | `epoch`: odd while it is parked | the strand | rounds | volatile |
/// | `deadline` | the strand, before `epoch` | rounds, after `epoch` | plain |
/// | `timer` | rounds | the strand, after `epoch` | volatile |
/// | `listed` | both | both | CAS |
/// | `seen` | rounds | rounds | plain |
///
/// 1. *No deadline is missed.* A parked post is listed: the strand writes `epoch` and then looks at `listed`; a round
///    that takes it off the list writes `listed` and then looks at `epoch` again.
/// 2. *No timer is left.* A round writes `timer` and then looks at `epoch` again; the strand writes `epoch` and
///    then looks at `timer`. So at least one of them removes it. Both may; and one that has run by then is an
///    unpark too many, which a park has to bear anyway.
/// 3. *Rounds are one at a time*: `going` is true from before the first is scheduled until the list was empty.
///
/// *If a round fails*, memory being out, the next one tries again; if that cannot be scheduled, who parks next
/// does it. *Many.* A round looks at [#MOST] posts and lets other timers run before it goes on.
/// *Threads.* Rounds run on the timer. *Cost.* Two volatile writes for a wait; while there are waits, a round of
/// some microseconds each [#ROUND]. *Memory.* 48 bytes for a green thread that has waited so.
///
/// Tests: `LateTimersTest`.
final class LateTimers {
    /// Between two rounds, in ns.
    static final long ROUND = 5_000_000L;
    /// Deadlines nearer than this are not for rounds: in ns.
    static final long NEAR = 4 * ROUND;
    private static final int MOST = 10_000;

    private static final VarHandle EPOCH;
    private static final VarHandle LISTED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            EPOCH = lookup.findVarHandle(Post.class, "epoch", long.class);
            LISTED = lookup.findVarHandle(Post.class, "listed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final class Post {
        final Strand strand;
        private volatile long epoch;
        private long deadline;
        private volatile @Nullable Registration timer;

        @SuppressWarnings("unused") // by its handle
        private volatile boolean listed;

        private long seen;

        Post(Strand strand) {
            this.strand = strand;
        }

        boolean list() {
            return !listed && LISTED.compareAndSet(this, false, true);
        }

        boolean isParked() {
            return (epoch & 1) != 0;
        }

        void turn() {
            EPOCH.setVolatile(this, epoch + 1);
        }
    }

    private final Ground ground;
    private final ScheduledThreadPoolExecutor timer;
    private final ConcurrentLinkedQueue<Post> fresh = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean going = new AtomicBoolean();
    // Of rounds.
    private final ArrayDeque<Post> known = new ArrayDeque<>();
    private int left;

    private volatile @Nullable Future<?> next;
    /// Odd while `next` is written.
    private final AtomicInteger changes = new AtomicInteger();

    /// @param ground what makes the timers
    /// @param timer what runs the rounds
    LateTimers(Ground ground, ScheduledThreadPoolExecutor timer) {
        this.ground = ground;
        this.timer = timer;
    }

    /// Parks the calling green thread.
    ///
    /// @param deadline farther away than [#NEAR]
    void park(Strand self, Object blocker, long deadline) {
        Post mine = post(self);
        mine.deadline = deadline;
        mine.turn();
        try {
            if (mine.list()) { // invariant 1
                add(mine);
            }
            LockSupport.park(blocker);
        } finally {
            mine.turn();
            Registration set = mine.timer;
            if (set != null) { // invariant 2
                mine.timer = null;
                set.remove();
            }
        }
    }

    private static Post post(Strand self) {
        if (self.seat instanceof Post known) {
            return known;
        }
        Post made = new Post(self);
        self.seat = made;
        return made;
    }

    private void add(Post post) {
        try {
            fresh.add(post);
        } catch (Throwable failure) {
            post.listed = false;
            throw failure;
        }
        begin();
    }

    private void begin() {
        if (!going.get() && going.compareAndSet(false, true)) {
            schedule(ROUND);
        }
    }

    /// Who begins may be delayed behind the round that it has scheduled, so two may be here.
    private void schedule(long delay) {
        changes.incrementAndGet();
        try {
            next = timer.schedule(this::round, delay, TimeUnit.NANOSECONDS);
        } catch (Throwable failure) {
            going.set(false);
            throw failure;
        } finally {
            changes.incrementAndGet();
        }
    }

    /// How many rounds were begun.
    int rounds() {
        return changes.get() / 2;
    }

    /// What the timer has to do besides rounds.
    @SuppressWarnings("ReferenceEquality") // whether it is that task
    List<Runnable> others() {
        while (true) {
            int before = changes.get();
            List<Runnable> others =
                    timer.getQueue().stream().filter(task -> task != next).toList();
            if (changes.get() == before && (before & 1) == 0) {
                return others;
            }
            Thread.onSpinWait();
        }
    }

    private void round() {
        look();
        boolean hasAll = left == 0;
        if (hasAll) {
            takeFresh();
        }
        if (!known.isEmpty()) {
            schedule(hasAll ? ROUND : 0);
            return;
        }
        going.set(false);
        if (!fresh.isEmpty()) { // invariant 3: who put it in may have found it going
            begin();
        }
    }

    private void look() {
        for (int i = 0; i < MOST && left > 0; i++) {
            left--;
            Post post = known.removeFirst();
            if (isKept(post)) {
                known.addLast(post); // there is room
            }
        }
    }

    private void takeFresh() {
        try {
            for (Post post = fresh.peek(); post != null; post = fresh.peek()) {
                post.seen = post.epoch;
                known.addLast(post);
                fresh.remove();
            }
        } catch (Throwable failure) {
            Report.error("the timers of some waits come late", failure);
        }
        left = known.size();
    }

    private boolean isKept(Post post) {
        long epoch = post.epoch;
        if (epoch != post.seen) {
            post.seen = epoch;
            return true;
        }
        if (post.isParked() && !setTimer(post, epoch)) {
            return true;
        }
        post.listed = false;
        if (post.epoch == epoch || !post.list()) { // invariant 1
            return false;
        }
        post.seen = post.epoch;
        return true;
    }

    /// @return false if there could be none
    private boolean setTimer(Post post, long epoch) {
        try {
            Registration set = ground.schedule(post.deadline, post.strand::unpark);
            post.timer = set;
            if (post.epoch != epoch) { // invariant 2
                set.remove();
            }
            return true;
        } catch (Throwable failure) {
            Report.error("the timer of a wait comes late", failure);
            return false;
        }
    }
}
