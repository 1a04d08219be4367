package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One call of [Compute]: code of one strand, the caller, that is run by another one, the worker.
///
/// *Idea.* The worker borrows what makes the code the caller's: its tenant, its name, its innermost cancel
/// scope. Whoever cancels a scope or interrupts the actor still finds the caller; so the caller, which is
/// parked here and takes nothing for itself, passes hints and interrupts on. Before it parks it looks for a moment
/// whether the code is done ([Spin]).
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `worker` | worker | caller, worker | `lock`: an interrupt must not reach what the worker does next |
/// | `done` | worker | caller | volatile, after the fields below |
/// | `value`, `thrown`, `leftInterrupt`, `owed` | worker | caller | plain, ordered by `done` |
/// | `early` | caller, worker | both | `lock`; caller, once done |
final class ComputeJob<T extends @Nullable Object, X extends Exception> {
    private final Strand caller;
    private final Task<T, X> task;
    private final String name;
    private final @Nullable Object tenant;
    private final @Nullable CancelScope scope;
    private final int shields;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Strand worker;
    private boolean early;
    private volatile boolean done;
    private @Nullable T value;
    private @Nullable Throwable thrown;
    private boolean leftInterrupt;
    private @Nullable Throwable owed;

    ComputeJob(Strand caller, Task<T, X> task) {
        this.caller = caller;
        this.task = TraceContext.within(TraceContext.current(), requireNonNull(task, "task"));
        this.tenant = caller.tenant();
        this.name = tenant == null ? caller.thread().getName() : tenant.toString();
        this.scope = caller.scope();
        this.shields = caller.shields();
    }

    // The worker.

    void runOn(Strand self) {
        self.tenant(tenant);
        self.borrow(scope, shields);
        begin(self);
        try {
            ComputePool.show(self.thread(), name);
            value = task.run();
        } catch (Throwable t) {
            thrown = t;
        }
        end();
        self.tenant(null);
        leftInterrupt |= self.giveBack();
        owed = self.takeOwed();
    }

    private void begin(Strand self) {
        lock.lock();
        try {
            worker = self;
            if (early) {
                early = false;
                self.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            worker = null;
            leftInterrupt = Thread.interrupted();
        } finally {
            lock.unlock();
        }
    }

    /// Lets the caller go on; the worker's last act.
    void tellDone() {
        done = true;
        caller.unpark();
    }

    // The caller.

    /// Hands it to the pool and waits until it is done.
    ///
    /// The wait is known before anybody can work: no cycle can close by it, only by what the worker waits for
    /// later.
    void runIn(ComputePool pool) {
        Section wait = new Section();
        wait.begin();
        try {
            pool.submit(this, caller);
            pool.callers.until(caller, () -> done || caller.isHinted());
            awaitDone();
        } finally {
            wait.exit();
        }
    }

    private void awaitDone() {
        boolean hinted = false;
        while (!done) {
            if (caller.takeHint()) {
                hinted = true;
                passOn(false);
            }
            if (Thread.interrupted()) {
                passOn(true);
            }
            caller.parkForOther(this, () -> done || caller.isHinted()); // passing on may have used up a permit
        }
        if (hinted) {
            caller.hintCancel(); // what was not delivered is to be found
        }
        if (owed != null) {
            caller.owe(owed);
        }
        if (leftInterrupt || early) {
            caller.thread().interrupt();
        }
    }

    /// The caller waits for what runs on the worker.
    final class Section extends WaitsFor {
        Section() {
            super(Remedy.NONE, false);
        }

        void begin() {
            enter();
            publish();
        }

        @Override
        protected List<Strand> targets() {
            lock.lock();
            try {
                return worker == null ? List.of() : List.of(worker);
            } finally {
                lock.unlock();
            }
        }

        Thread thread(Thread otherwise) {
            List<Strand> now = targets();
            return now.isEmpty() ? otherwise : now.getFirst().thread();
        }

        @Override
        protected String what() {
            return "waits for its compute section";
        }
    }

    private void passOn(boolean interrupt) {
        lock.lock();
        try {
            Strand now = worker;
            if (now == null) {
                early |= interrupt; // for cancels it looks when it begins
            } else if (interrupt) {
                now.interrupt();
            } else {
                now.hintCancel();
                now.unpark();
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // null only if the task returned it; it throws X or what is unchecked
    T outcome() throws X {
        Throwable failure = thrown;
        if (failure == null) {
            return value;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw (X) failure;
    }
}
