package dev.espalier.actor;

import dev.espalier.sync.CancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// What the systems of this JVM do with the process: one shutdown hook, two signals, one watchdog.
///
/// | what happens | what follows |
/// |---|---|
/// | SIGTERM, SIGINT | `espalier-exit` stops all systems, lets threads in [ActorSystem#awaitShutdown] end, exits |
/// | the second one | halts with 128 + its number |
/// | [ActorSystem#exit] | as a signal |
/// | `System.exit`, main returns | the hook does the same |
/// | the budget and two seconds are over | the watchdog halts with 124 |
///
/// *The code* is the first of: what `System.exit` was called with; what [ActorSystem#exit] was called with
/// first, unless that is 0; that of the first system that ended badly, also long ago; 0.
///
/// *Afterwards* the hook runs what is registered with [ProcessEnd].
///
/// *The time.* Systems are stopped one after the other, the youngest first, so the budgets add up. A thread
/// that waited for a system has until the budgets are over, but at least half a second and at most five, to do
/// what it does after the wait; then the exit goes on without it.
///
/// All threads here are platform threads: when busy green threads hold every carrier, they still run. Whoever
/// is blocked in `System.exit` waits for the hook, so the hook must not wait for it: it gives such an actor up
/// at once.
///
/// *Threads.* `espalier-exit` and the hook may both be at it, when somebody calls `System.exit` during an exit:
/// all that they do can be done twice.
final class ProcessStop {
    private static final int UNSET = -1;
    private static final long TICK_MILLIS = 20;
    private static final long LEAST_FOR_WAITING = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long MOST_FOR_WAITING = TimeUnit.SECONDS.toNanos(5);
    private static final long NO_SYSTEM = TimeUnit.SECONDS.toNanos(30);

    /// The living ones, the youngest first.
    private static final ConcurrentLinkedDeque<ActorSystem> SYSTEMS = new ConcurrentLinkedDeque<>();
    /// Threads that wait for the end of a system; those of an exit that has begun stay.
    private static final Set<Thread> WAITING = ConcurrentHashMap.newKeySet();

    private static final AtomicInteger SIGNALS = new AtomicInteger();
    private static final AtomicBoolean EXITING = new AtomicBoolean();
    /// The first code given to [#exit].
    private static final AtomicInteger WANTED = new AtomicInteger(UNSET);
    /// The first code but 0 of a system that has ended.
    private static final AtomicInteger ENDED = new AtomicInteger(ExitCode.OK);

    /// When threads that wait have had their time; 0 before the systems have stopped for the first time.
    private static final AtomicLong WAITED_LONG = new AtomicLong();

    /// Guards the three below.
    private static final ReentrantLock LOCK = new ReentrantLock();

    private static @Nullable Thread hook;
    /// There is one while there is a system, and from the begin of an exit on.
    private static volatile @Nullable Watchdog watchdog;

    private static final List<Runnable> RESTORE = new ArrayList<>();

    private ProcessStop() {}

    // Systems come and go.

    static void register(ActorSystem system) {
        if (!tryRegister(system)) {
            Log.warn("The JVM is ending already: it will not stop {}", system);
        }
    }

    /// @return false if the JVM is ending
    private static boolean tryRegister(ActorSystem system) {
        LOCK.lock(); // nothing is logged under it: who writes the log may be blocked
        try {
            SYSTEMS.push(system);
            watchdog();
            keepHook();
            if (RESTORE.isEmpty()) {
                handle("TERM");
                handle("INT");
            }
            return true;
        } catch (IllegalStateException e) {
            return false;
        } finally {
            LOCK.unlock();
        }
    }

    private static void handle(String name) {
        try {
            Signal signal = new Signal(name);
            SignalHandler before = Signal.handle(signal, ProcessStop::signalled);
            RESTORE.add(() -> Signal.handle(signal, before));
        } catch (IllegalArgumentException e) {
            // The JVM was told to leave it alone (-Xrs), or the system does not know it.
        }
    }

    /// The system has ended. The last one takes the signal handlers along, and the hook if it has nothing to
    /// say.
    static void unregister(ActorSystem system) {
        LOCK.lock();
        try {
            if (!SYSTEMS.remove(system)) {
                return;
            }
            ENDED.compareAndSet(ExitCode.OK, system.exitCode());
            if (!SYSTEMS.isEmpty() || EXITING.get()) {
                return;
            }
            RESTORE.forEach(Runnable::run);
            RESTORE.clear();
            watchdog().dismiss();
            watchdog = null;
            dropHook();
        } finally {
            LOCK.unlock();
        }
    }

    /// There will be a hook.
    ///
    /// @throws IllegalStateException if the JVM is ending
    static void keepHook() {
        LOCK.lock();
        try {
            if (hook == null) {
                Thread made = Thread.ofPlatform().name("espalier-hook").unstarted(ProcessStop::runHook);
                Runtime.getRuntime().addShutdownHook(made);
                hook = made;
            }
        } finally {
            LOCK.unlock();
        }
    }

    /// Removes the hook if there is nothing for it to do.
    static void dropHook() {
        LOCK.lock();
        try {
            Thread made = hook;
            if (made != null && SYSTEMS.isEmpty() && ProcessEnd.isEmpty() && ENDED.get() == ExitCode.OK) {
                Runtime.getRuntime().removeShutdownHook(made);
                hook = null;
            }
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook stays.
        } finally {
            LOCK.unlock();
        }
    }

    private static Watchdog watchdog() {
        LOCK.lock();
        try {
            Watchdog dog = watchdog;
            if (dog == null) {
                dog = new Watchdog(ProcessStop::culprits).start();
                watchdog = dog;
            }
            return dog;
        } finally {
            LOCK.unlock();
        }
    }

    /// The calling thread will wait for the end of a system: an exit lets it do what it does afterwards.
    static void waits() {
        if (!Thread.currentThread().isVirtual()) {
            WAITING.add(Thread.currentThread());
        }
    }

    /// The wait is over.
    static void hasWaited() {
        if (!EXITING.get()) {
            WAITING.remove(Thread.currentThread());
        }
    }

    // The ways to begin.

    private static void signalled(Signal signal) {
        if (SIGNALS.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(ExitCode.SIGNAL_BASE + signal.getNumber());
        }
        beginExit();
    }

    /// @param system stopped, too, if it does not handle signals
    static void exit(ActorSystem system, int code) {
        WANTED.compareAndSet(UNSET, code);
        LOCK.lock();
        try {
            if (!SYSTEMS.contains(system) && !system.stopped().isGo()) {
                SYSTEMS.push(system);
            }
        } finally {
            LOCK.unlock();
        }
        beginExit();
    }

    private static void beginExit() {
        if (EXITING.compareAndSet(false, true)) {
            try {
                Thread.ofPlatform().name("espalier-exit").daemon(false).start(ProcessStop::leave);
            } catch (Throwable t) {
                Log.engineError("No thread for an orderly exit: halting", t);
                Runtime.getRuntime().halt(ExitCode.WATCHDOG);
            }
        }
    }

    @SuppressWarnings("SystemExitOutsideMain") // this is the one place that may
    private static void leave() {
        try {
            stopAll(true);
        } catch (Throwable t) {
            Log.engineError("The orderly exit failed", t);
        } finally {
            System.exit(code());
        }
    }

    private static void runHook() {
        EXITING.set(true);
        boolean mainReturned = isInStack("shutdown");
        try {
            stopAll(false);
        } catch (Throwable t) {
            Log.engineError("The orderly exit failed", t);
        }
        ProcessEnd.run();
        int code = code();
        if (mainReturned && code != ExitCode.OK) {
            awaitOtherHooks();
            Runtime.getRuntime().halt(code);
        }
    }

    private static int code() {
        int wanted = WANTED.get();
        return wanted > ExitCode.OK ? wanted : ENDED.get();
    }

    // The stop.

    /// @param alone whether an exit without any system is guarded by the watchdog, too
    private static void stopAll(boolean alone) {
        List<ActorSystem> systems = List.copyOf(SYSTEMS);
        long begun = System.nanoTime();
        long budget = budget(systems);
        if (alone || !systems.isEmpty()) {
            watchdog().watchExit(sum(budget, ProcessEnd.limitNanos()));
        }
        systems.forEach(ProcessStop::stop);
        long now = System.nanoTime();
        long time = Math.clamp(budget - (now - begun), LEAST_FOR_WAITING, MOST_FOR_WAITING);
        WAITED_LONG.compareAndSet(0, now + time);
        letWaitingFinish(WAITED_LONG.get());
    }

    /// The system has no memory left: if it cannot be stopped, either, the JVM ends. Needs no memory.
    static void outOfMemory(ActorSystem system) {
        Watchdog dog = watchdog;
        if (dog != null && system.handlesSignals()) {
            dog.watchStop(system, system.stop.wholeBudgetNanos());
        }
    }

    private static long budget(List<ActorSystem> systems) {
        long sum = systems.isEmpty() ? NO_SYSTEM : 0;
        for (ActorSystem system : systems) {
            sum = sum(sum, system.stop.wholeBudgetNanos());
        }
        return sum;
    }

    /// Of times; what is too much is for ever.
    static long sum(long nanos, long more) {
        return more > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : nanos + more;
    }

    private static void stop(ActorSystem system) {
        system.stop();
        while (!hasStopped(system)) {
            giveUpExiting(system);
        }
    }

    private static boolean hasStopped(ActorSystem system) {
        try {
            return system.stopped().waitForGo(Duration.ofMillis(TICK_MILLIS));
        } catch (CancelledException e) {
            Thread.interrupted(); // nobody may interrupt an exit
            return false;
        }
    }

    /// An actor that is blocked in `System.exit` waits for us: we do not wait for it.
    private static void giveUpExiting(ActorSystem system) {
        Thread ender = system.stop.ender();
        if (ender != null && isExiting(ender)) {
            system.stop.takeOver(ender);
            return;
        }
        Cell<?> awaited = WaitingLine.awaited(system.root());
        if (isIn(awaited.program.userStack(), "exit")) {
            awaited.life.lose();
        }
    }

    private static void letWaitingFinish(long until) {
        for (Thread thread : WAITING) {
            if (until - System.nanoTime() <= 0) {
                return;
            }
            while (thread.isAlive() && !isExiting(thread) && until - System.nanoTime() > 0) {
                join(thread);
            }
            if (thread.isAlive() && !isExiting(thread)) {
                Log.warn("The exit goes on without {}", described(thread, thread.getStackTrace()));
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(TICK_MILLIS);
        } catch (InterruptedException e) {
            Log.debug("Nobody may interrupt an exit");
        }
    }

    // What other threads do.

    private static boolean isExiting(@Nullable Thread thread) {
        return thread != null && isIn(thread.getStackTrace(), "exit");
    }

    private static boolean isIn(StackTraceElement[] stack, String method) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals("java.lang.Shutdown")
                    && frame.getMethodName().equals(method)) {
                return true;
            }
        }
        return false;
    }

    /// Tells the ways into the hook apart: `exit`, also by a signal of the JVM's own, or `shutdown`, by the end
    /// of the last thread that is no daemon.
    private static boolean isInStack(String method) {
        return Thread.getAllStackTraces().values().stream().anyMatch(stack -> isIn(stack, method));
    }

    /// When main has returned, only hooks and what they have started are no daemons. The watchdog ends the
    /// wait.
    private static void awaitOtherHooks() {
        for (Thread thread : others().keySet()) {
            while (thread.isAlive() && !isExiting(thread)) {
                join(thread);
            }
        }
    }

    /// The platform threads that hold up the end of the JVM: neither daemons nor busy ending it.
    private static Map<Thread, StackTraceElement[]> others() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(e -> !e.getKey().isDaemon() && !e.getKey().equals(Thread.currentThread()))
                .filter(e -> !isIn(e.getValue(), "exit") && !isIn(e.getValue(), "shutdown"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static String described(Thread thread, StackTraceElement[] stack) {
        return "the thread " + thread.getName() + (stack.length == 0 ? "" : " at " + stack[0]);
    }

    /// The watchdog's last words.
    private static String culprits() {
        StringBuilder text = new StringBuilder("The budget is over and the JVM has not ended: halting");
        SYSTEMS.forEach(system -> text.append("\n  ").append(system.stop.waitingLine()));
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (!thread.isDaemon()) {
                text.append("\n  ").append(described(thread, stack));
            }
        });
        return text.toString();
    }
}
