package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Code with a stack of its own that runs only while somebody has switched to it.
///
/// Coroutines are symmetric: whoever runs may switch to any other one that is suspended, with a value, and
/// goes on when somebody switches back, with a value. Each thread has a *root*, the code that it runs anyway.
/// The *parent* is the coroutine that made this one.
///
/// {@snippet class="dev.espalier.sync.CoroutineGuideTest" region="symmetric"}
///
/// *End.* When the body returns, its result goes to the parent, or if that is dead, not started or running
/// elsewhere, to the nearest ancestor that is not, at last to the root of the thread. *Failure.* What the body
/// throws goes the same way and comes out of the `switchTo` in which that ancestor waits: an unchecked
/// exception or error as it is, a checked exception as the cause of a [CompletionException].
///
/// *Types.* A value travels to whoever is switched to, and `switchTo` returns what somebody, perhaps a third
/// coroutine, sent here. The compiler cannot check that; a value of the wrong type is a [ClassCastException]
/// at the receiver. Between a coroutine and its parent, [#switchTo] and [#handBack] are typed.
///
/// *Threads.* One switch is one hand-over: of the coroutines of a thread one runs at a time. A suspended one that is
/// a green thread belongs to no thread and may be switched to from any; that does not hold for roots, nor for one on a
/// continuation, see *Backends*. What happens before a switch happens before what runs after it.
///
/// *Identity.* A coroutine acts for the thread that switched into it: its [Strand#tenant()] (so
/// `ActorRef.current()`), its cancel scopes and its interrupts concern the coroutine as well. Scopes and
/// shields that are open in a coroutine concern that one only, and stay with it while it is away. Do not hold
/// a monitor, a lock that knows its owner, or a binding of a [ScopedValue] across a switch, and do not rely on
/// thread locals in a coroutine: on the first backend it has its own, on the second those of whoever runs it.
///
/// *Backends.* With public API alone each coroutine is a green thread and a switch hands over from one to the other.
/// If the JVM is started with `--add-exports java.base/jdk.internal.vm=dev.espalier.core` (`=ALL-UNNAMED` on the class
/// path), the JDK's continuation is used instead, which is faster, with two limits:
///
/// * One that has started goes on in the thread that started it only: compiled code may keep the current thread. From
///   another one, [#switchTo] and [#close] throw [IllegalStateException], and it is not an heir of what ends there.
///   In a turn of a behavior, which has another thread each time, coroutines stay green threads and may be kept from
///   turn to turn; these and the others cannot switch to each other.
/// * It cannot switch away below a native frame, such as a static initialiser: [IllegalStateException], and nothing has
///   happened.
///
/// [#backend] tells which.
///
/// *Memory.* A started coroutine that is never finished or closed stays: a parked green thread; on the second
/// backend it is collected, without running its `finally` blocks. So close it.
///
/// *Cost.* A switch: see `docs/benchmarks.md`. Allocates nothing on the second backend.
///
/// *Source.* Python's greenlet, cgreenlet and the Nim library over it.
///
/// *States.* `NEW -> RUNNING`, `SUSPENDED -> RUNNING`: whoever switches to it, CAS; the loser of two gets an
/// exception. `RUNNING -> SUSPENDED`: once its stack may be resumed. `RUNNING -> DEAD`: itself, at its end.
/// `NEW -> DEAD`: whoever closes it, CAS. `DEAD -> NEW`: [#reset], CAS.
///
/// | field | written by | read by | mode |
/// |---|---|---|---|
/// | `state` | see above | all | CAS; volatile |
/// | `value`, `thrown`, `returnTo` | who claimed it | itself | plain, before the hand-over |
/// | `stack` | who claimed it while NEW | who claims it | plain, ordered by `state` |
///
/// @param <I> what is sent to it
/// @param <O> what it sends to its parent
public final class Coroutine<I extends @Nullable Object, O extends @Nullable Object> implements AutoCloseable {
    /// What a coroutine does.
    ///
    /// @param <I> what is sent to it
    /// @param <O> what it sends to its parent
    @FunctionalInterface
    public interface Body<I extends @Nullable Object, O extends @Nullable Object> {
        /// Runs on the coroutine's own stack.
        ///
        /// @param self the coroutine
        /// @param first what came with the first switch
        /// @return the last value for its parent
        /// @throws Exception goes to its parent
        O run(Coroutine<I, O> self, I first) throws Exception;
    }

    private static final int NEW = 0;
    private static final int SUSPENDED = 1;
    private static final int RUNNING = 2;
    private static final int DEAD = 3;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Coroutine.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The scopes and shields that its code has open.
    final OwnScopes scopes = new OwnScopes();
    /// Null for a root.
    private final @Nullable Body<I, O> body;
    /// Null for the root of whatever thread runs it.
    private final @Nullable Coroutine<?, ?> parent;

    private final String name;

    @Nullable
    CoroutineStack stack;

    private volatile int state;
    private @Nullable Object value;
    private @Nullable Throwable thrown;
    /// Who gets what it sends instead of its parent: a generator's consumer, or who closes it.
    private @Nullable Coroutine<?, ?> returnTo;

    private Coroutine(String name, Body<I, O> body, @Nullable Coroutine<?, ?> parent) {
        this.name = requireNonNull(name, "name");
        this.body = requireNonNull(body, "body");
        this.parent = parent;
    }

    /// The root of a thread.
    Coroutine(Ring ring) {
        name = "root of " + ring.strand.thread().getName();
        body = null;
        parent = null;
        stack = CoroutineStack.ofRoot(ring);
        state = RUNNING;
    }

    /// A coroutine that has not started. Its parent is the current one.
    ///
    /// @param name for messages, and of its thread, if it has one
    /// @param body what it does
    /// @return the coroutine
    public static <I extends @Nullable Object, O extends @Nullable Object> Coroutine<I, O> of(
            String name, Body<I, O> body) {
        Coroutine<?, ?> maker = Ring.ofCaller().current();
        return new Coroutine<>(name, body, maker.isRoot() ? null : maker);
    }

    /// The code that the calling thread ran before any coroutine.
    ///
    /// @return the root; for a coroutine, that of the thread that runs it now
    public static Coroutine<@Nullable Object, @Nullable Object> root() {
        return Ring.ofCaller().root;
    }

    /// The coroutine that calls.
    ///
    /// @return the root if no coroutine runs
    @SuppressWarnings("unchecked") // what is sent is not checked, see the class comment
    public static Coroutine<@Nullable Object, @Nullable Object> current() {
        return (Coroutine<@Nullable Object, @Nullable Object>) Ring.ofCaller().current();
    }

    /// How coroutines keep their stacks in this JVM.
    ///
    /// @return `green threads` or `continuations`
    public static String backend() {
        return CoroutineStack.BACKEND;
    }

    /// The coroutine that made it.
    ///
    /// @return the calling thread's root if a root made it; for that root itself, too
    @SuppressWarnings({"unchecked", "NullAway"}) // as in current(); what may be null is up to I and O
    public Coroutine<@Nullable Object, @Nullable Object> parent() {
        return parent == null ? root() : (Coroutine<@Nullable Object, @Nullable Object>) parent;
    }

    /// Goes on there, and waits until somebody switches back. To switch to oneself returns the value.
    ///
    /// @param sent what it gets: as the body's argument the first time, later as the result of its own switch
    /// @return what is sent here
    /// @throws IllegalStateException if it is dead, runs, or belongs to another thread
    @SuppressWarnings({"unchecked", "NullAway"}) // as in current(); what may be null is up to I and O
    public O switchTo(I sent) {
        return (O) Ring.ofCaller().transfer(this, sent, null, null);
    }

    /// Goes on there by throwing the exception where it waits. One that has not started is dead then, and the
    /// exception goes to its parent.
    ///
    /// @param exception thrown there, as it is
    /// @return what is sent here; the exception comes back from here if nobody catches it
    /// @throws IllegalStateException as [#switchTo]
    @SuppressWarnings({"unchecked", "NullAway"}) // as in current(); what may be null is up to I and O
    public O inject(RuntimeException exception) {
        requireNonNull(exception, "exception");
        Ring ring = Ring.ofCaller();
        if (casState(NEW, DEAD)) {
            return (O) ring.transfer(heir(ring), null, exception, null);
        }
        return (O) ring.transfer(this, null, exception, null);
    }

    /// Sends a value to whom the result would go, usually the parent, and waits until somebody switches back.
    ///
    /// @param sent what the parent gets as the result of its switch
    /// @return what is sent here
    /// @throws IllegalStateException if this is not the current coroutine, or a root
    @SuppressWarnings({"unchecked", "NullAway"}) // as in current(); what may be null is up to I and O
    public I handBack(O sent) {
        Ring ring = Ring.ofCaller();
        if (ring.current() != this || isRoot()) {
            throw new IllegalStateException("Only " + name + " itself can hand back, if it is no root");
        }
        return (I) ring.transfer(heir(ring), sent, null, null);
    }

    /// Ends it: throws [CoroutineExit] where it waits and returns when its `finally` blocks have run. The
    /// current one closes itself by that exception. No-op if it is dead; one that has not started is dead
    /// then.
    ///
    /// *Failure.* What its unwinding throws comes out, also what the `close()` of a resource throws that
    /// try-with-resources suppresses; of several the first, with the others suppressed.
    ///
    /// @throws IllegalStateException if it is a root, runs on another thread, or went on instead of ending
    @Override
    public void close() {
        Ring ring = Ring.ofCaller();
        if (isRoot()) {
            throw new IllegalStateException("A root cannot be closed: " + name);
        }
        if (ring.current() == this) {
            throw new CoroutineExit(name);
        }
        if (state == DEAD || casState(NEW, DEAD)) {
            return;
        }
        resume(ring, new CoroutineExit(name)); // what else its unwinding throws comes out here
        if (state != DEAD) {
            returnTo = null;
            throw new IllegalStateException(name + " went on instead of ending");
        }
    }

    /// Closes it, so that the next switch starts it anew.
    ///
    /// @throws IllegalStateException as [#close]
    public void reset() {
        close();
        stack = null;
        casState(DEAD, NEW);
    }

    /// Tells whether its body has begun, also when it has ended since.
    ///
    /// @return false at first and after a [#reset]
    public boolean started() {
        return state != NEW && stack != null;
    }

    /// Tells whether its body has ended, or never will begin.
    ///
    /// @return true until a [#reset]
    public boolean dead() {
        return state == DEAD;
    }

    /// The name.
    ///
    /// @return as given; of a root, that of its thread
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return "Coroutine[" + name + ", " + new String[] {"new", "suspended", "running", "dead"}[state] + "]";
    }

    // ---- For Ring, Generator and the stacks.

    boolean isRoot() {
        return body == null;
    }

    /// Switches to it so that it hands back, ends and fails to the caller, whoever its parent is.
    @Nullable
    Object resume(Ring ring, @Nullable Throwable injected) {
        if (ring.current() == this) {
            throw new IllegalStateException(name + " runs already");
        }
        Coroutine<?, ?> caller = ring.current();
        return ring.transfer(this, null, injected, caller);
    }

    /// Takes the right to switch to it.
    ///
    /// @return whether it was new
    boolean claim(Ring ring) {
        if (isRoot() && ring.root != this) {
            throw new IllegalStateException(name + " is the root of another thread");
        }
        while (true) {
            int seen = state;
            if (seen == DEAD || seen == RUNNING) {
                throw new IllegalStateException(name + (seen == DEAD ? " is dead" : " runs on another thread"));
            }
            if (seen == SUSPENDED && !goesOnIn(ring)) {
                throw new IllegalStateException(name + " uses a continuation and belongs to another thread");
            }
            if (casState(seen, RUNNING)) {
                return seen == NEW;
            }
        }
    }

    /// For one that is suspended. A reset meanwhile by another thread is a misuse that the hand-over finds.
    private boolean goesOnIn(Ring ring) {
        CoroutineStack seen = stack;
        return seen == null || seen.goesOnIn(ring);
    }

    /// Gives a claim back.
    void unclaim(boolean wasNew) {
        state = wasNew ? NEW : SUSPENDED;
    }

    CoroutineStack stackOfStarted() {
        return requireNonNull(stack, name);
    }

    void suspended() {
        STATE.setRelease(this, SUSPENDED); // whoever claims it acquires
    }

    void deliver(@Nullable Object sent, @Nullable Throwable injected) {
        value = sent;
        thrown = injected;
    }

    void returnTo(@Nullable Coroutine<?, ?> caller) {
        returnTo = caller;
    }

    /// What was sent here.
    @Nullable
    Object take() {
        Object sent = value;
        Throwable injected = thrown;
        value = null;
        thrown = null;
        if (injected instanceof RuntimeException e) {
            throw e;
        } else if (injected instanceof Error e) {
            throw e;
        } else if (injected != null) {
            throw new CompletionException(injected);
        }
        return sent;
    }

    /// Runs the body and says who goes on, with what. The rest is up to the stack.
    ///
    /// @return claimed already
    @SuppressWarnings({"unchecked", "NullAway"}) // as in current(); what may be null is up to I and O
    Coroutine<?, ?> runToEnd() {
        Object result = null;
        Throwable failure = null;
        CoroutineStack own = stackOfStarted();
        try {
            scopes.attach(own.strand(), own.ring());
            result = requireNonNull(body).run(this, (I) take());
        } catch (CoroutineExit exit) {
            result = null;
            failure = exit.failure();
        } catch (Throwable t) {
            failure = t;
        }
        Ring ring = own.ring();
        scopes.detach(own.strand(), ring);
        scopes.clear();
        Coroutine<?, ?> next = heir(ring);
        while (!next.casState(SUSPENDED, RUNNING)) {
            next = heir(ring); // another thread was faster
        }
        next.deliver(result, failure);
        returnTo = null;
        state = DEAD;
        return next;
    }

    /// Who gets what it sends: whoever resumed it, else its nearest live ancestor.
    private Coroutine<?, ?> heir(Ring ring) {
        Coroutine<?, ?> resumer = returnTo;
        if (resumer != null && resumer.mayGoOn(ring)) {
            return resumer;
        }
        Coroutine<?, ?> each = parent;
        while (each != null && !each.mayGoOn(ring)) {
            each = each.parent;
        }
        return each == null ? ring.root : each;
    }

    private boolean mayGoOn(Ring ring) {
        if (isRoot()) {
            return ring.root == this;
        }
        return ring.current() == this || (state == SUSPENDED && goesOnIn(ring));
    }

    private boolean casState(int expected, int next) {
        return STATE.compareAndSet(this, expected, next);
    }
}
