package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The children of one actor, in start order, and the specs of those that have ended.
///
/// *The late child.* A spawn adds the child under the lock and only while the set is open; the stop shuts it
/// under the same lock before it looks for the first child. So a child is either seen by the stop or refused to
/// the spawner.
///
/// | field | writer | reader | guard |
/// |---|---|---|---|
/// | `living`, `ended`, `open` | any thread | any thread | `lock` |
/// | `supervisor` | whoever needs it first, CAS | any thread | volatile |
/// | `leaving` | who removes a child, with `lock`; then the same | any thread | atomic |
///
/// *The end of a child.* Its name is free before its `stopped` goes, so that who waits for that can use the name. In
/// between it is *leaving*: no child any more, but its parent has not been left by all and cannot end before it.
///
/// The lock is held for a few instructions, never while something is called.
final class ChildSet implements Children {
    /// Specs of ended children are kept for a restart by hand; no more than these, so that many short lives
    /// leak nothing.
    static final int ENDED_KEPT = 1_000;

    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 64 : 0;

    private static final VarHandle SUPERVISOR;
    private static final VarHandle LEAVING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            SUPERVISOR = lookup.findVarHandle(ChildSet.class, "supervisor", Supervisor.class);
            LEAVING = lookup.findVarHandle(ChildSet.class, "leaving", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Supervisor supervisor;
    private final Cell<?> owner;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Cell<?>> living = new LinkedHashMap<>();
    private final LinkedHashMap<String, ActorSpec<?>> ended = new LinkedHashMap<>();
    private boolean open = true;
    private volatile boolean used;
    private volatile int leaving;

    ChildSet(Cell<?> owner) {
        this.owner = owner;
    }

    /// Made when there is the first thing to decide.
    Supervisor supervisor() {
        Supervisor now = supervisor;
        if (now == null) {
            SUPERVISOR.compareAndSet(this, null, new Supervisor(owner));
            now = Objects.requireNonNull(supervisor);
        }
        return now;
    }

    /// The supervisor, if there has been anything to decide.
    @Nullable
    Supervisor supervisorIfAny() {
        return supervisor;
    }

    /// The holder needs it for some instructions only: it mostly comes free sooner than a thread is parked.
    private void lock() {
        for (int i = 0; i < SPINS; i++) {
            if (lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        lock.lock();
    }

    private <T> T locked(java.util.function.Supplier<T> action) {
        lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    // The engine.

    /// Takes a child in.
    ///
    /// @return the spec that was listed under its name, without an actor
    @Nullable
    ActorSpec<?> add(Cell<?> child) {
        boolean awaited = child.program instanceof ForkProgram fork && fork.isOfGroup(); // by code of the owner
        lock();
        try {
            if (!open && !awaited) {
                throw new SpawnRefusedException(
                        owner.path() + " is stopping and takes no more children: " + child.name() + " was refused",
                        null);
            }
            Cell<?> same = living.get(child.name());
            if (same != null) {
                throw new NameTakenException(same);
            }
            for (String needed : child.spec.options.dependsOn) {
                if (!living.containsKey(needed)) {
                    throw new IllegalArgumentException(
                            child.path() + " depends on " + needed + ", which is no living sibling; start it before");
                }
            }
            living.put(child.name(), child);
            used |= !awaited;
            return ended.remove(child.name());
        } finally {
            lock.unlock();
        }
    }

    /// The child has ended; its name is free. It is leaving until [#left].
    void remove(Cell<?> child, boolean keepSpec) {
        lock();
        try {
            LEAVING.getAndAdd(this, 1);
            if (living.remove(child.name(), child) && keepSpec && child.spec.options.restart != Restart.TEMPORARY) {
                ended.put(child.name(), child.spec);
                if (ended.size() > ENDED_KEPT) {
                    ended.pollFirstEntry();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// A child that was removed is known to have stopped.
    void left() {
        LEAVING.getAndAdd(this, -1);
    }

    /// Refuses children from now on.
    void shut() {
        locked(() -> open = false);
    }

    /// A fresh incarnation begins: no children, no specs.
    void reopen() {
        lock();
        try {
            ended.clear();
            open = true;
        } finally {
            lock.unlock();
        }
    }

    /// Whether there has ever been a child.
    boolean everUsed() {
        return used;
    }

    /// Whether there is none, and none is leaving.
    boolean isEmpty() {
        return locked(() -> living.isEmpty() && leaving == 0);
    }

    @Nullable
    Cell<?> newest() {
        lock();
        try {
            Map.Entry<String, Cell<?>> last = living.lastEntry();
            return last == null ? null : last.getValue();
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Cell<?> get(String name) {
        lock();
        try {
            return living.get(name);
        } finally {
            lock.unlock();
        }
    }

    /// A copy in start order.
    List<Cell<?>> inOrder() {
        return locked(() -> new ArrayList<>(living.values()));
    }

    boolean anyLiving(Predicate<Cell<?>> wanted) {
        return inOrder().stream().anyMatch(wanted);
    }

    // The user.

    @Override
    public List<ActorRef<?>> refs() {
        return List.copyOf(inOrder().reversed());
    }

    @Override
    public Optional<ActorRef<?>> find(String name) {
        return Optional.ofNullable(get(Objects.requireNonNull(name, "name")));
    }

    @Override
    public Status status(String name) {
        Objects.requireNonNull(name, "name");
        return locked(() ->
                living.containsKey(name) ? Status.ALIVE : ended.containsKey(name) ? Status.TERMINATED : Status.UNKNOWN);
    }

    @Override
    public Counts counts() {
        return locked(() -> {
            int parents = 0;
            for (Cell<?> child : living.values()) {
                parents += child.hasChildSet() ? 1 : 0;
            }
            int active = living.size();
            return new Counts(active + ended.size(), active, parents, active - parents);
        });
    }

    @Override
    public Outcome terminate(String name) {
        Cell<?> child = get(Objects.requireNonNull(name, "name"));
        if (child != null) {
            child.life.stopByParent(Ladder.Rung.ASKED);
            child.awaitStopped(WaitEdge.Kind.END);
            return Outcome.DONE;
        }
        return status(name) == Status.UNKNOWN ? Outcome.NOT_FOUND : Outcome.DONE;
    }

    @Override
    public Outcome restart(String name) {
        Objects.requireNonNull(name, "name");
        ActorSpec<?> spec;
        lock();
        try {
            if (living.containsKey(name)) {
                return Outcome.RUNNING;
            }
            spec = ended.get(name);
        } finally {
            lock.unlock();
        }
        if (spec == null) {
            return Outcome.NOT_FOUND;
        }
        try {
            owner.spawnChild(spec);
            return Outcome.DONE;
        } catch (NameTakenException e) {
            return Outcome.RUNNING;
        }
    }

    /// Lists a spec without an actor.
    void keep(ActorSpec<?> spec) {
        locked(() -> ended.putIfAbsent(spec.name(), spec) == null);
    }

    @Override
    public Outcome delete(String name) {
        Objects.requireNonNull(name, "name");
        return locked(() -> living.containsKey(name)
                ? Outcome.RUNNING
                : ended.remove(name) != null ? Outcome.DONE : Outcome.NOT_FOUND);
    }
}
