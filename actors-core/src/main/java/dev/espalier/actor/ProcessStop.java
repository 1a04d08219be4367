package dev.espalier.actor;

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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// What the systems of this JVM do with the process: one shutdown hook, two signals, one watchdog.
///
/// | what happens | what follows |
/// |---|---|
/// | SIGTERM, SIGINT | `espalier-exit` stops all systems, waits for threads in `awaitShutdown` to end, exits with their
/// code |
/// | the second one | halts with 128 + its number |
/// | [ActorSystem#exit] | as a signal, with the given code |
/// | `System.exit`, main returns | the hook stops all systems; the code stays, or is theirs if main just returned |
/// | the budget and a second are over | the watchdog halts with 124 |
///
/// All threads here are platform threads: when busy green threads hold every carrier, they still run. An actor
/// that is
/// blocked in `System.exit` waits for the hook, so the hook must not wait for it: it gives such an actor up at
/// once.
final class ProcessStop {
    private static final ConcurrentLinkedDeque<ActorSystem> SYSTEMS = new ConcurrentLinkedDeque<>();
    private static final Set<Thread> WAITING = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger SIGNALS = new AtomicInteger();
    private static final AtomicBoolean EXITING = new AtomicBoolean();
    private static final AtomicBoolean WATCHED = new AtomicBoolean();
    private static final Duration SLACK = Duration.ofSeconds(1);
    private static final int UNSET = -1;
    private static final AtomicInteger CODE = new AtomicInteger(UNSET);

    /// Guards the two below.
    private static final ReentrantLock LOCK = new ReentrantLock();

    private static @Nullable Thread hook;
    private static final List<Runnable> RESTORE = new ArrayList<>();

    private ProcessStop() {}

    static void register(ActorSystem system) {
        LOCK.lock();
        try {
            SYSTEMS.push(system);
            if (hook == null) {
                Thread made = Thread.ofPlatform().name("espalier-hook").unstarted(ProcessStop::runHook);
                try {
                    Runtime.getRuntime().addShutdownHook(made);
                } catch (IllegalStateException e) {
                    Log.LOG.warn("The JVM is ending already: {} will not be stopped by it", system);
                    return;
                }
                hook = made;
                handle("TERM");
                handle("INT");
            }
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
            Log.LOG.debug("SIG{} cannot be handled here: {}", name, e.getMessage());
        }
    }

    static void unregister(ActorSystem system) {
        LOCK.lock();
        try {
            SYSTEMS.remove(system);
            Thread made = hook;
            if (SYSTEMS.isEmpty() && made != null && !EXITING.get()) {
                try {
                    Runtime.getRuntime().removeShutdownHook(made);
                    RESTORE.forEach(Runnable::run);
                    RESTORE.clear();
                    hook = null;
                } catch (IllegalStateException e) {
                    Log.LOG.debug("The JVM is ending");
                }
            }
        } finally {
            LOCK.unlock();
        }
    }

    /// Notes a thread that waits for the end of a system: what it does afterwards is waited for before the exit.
    static void waits(Thread thread) {
        if (!thread.isVirtual()) {
            WAITING.add(thread);
        }
    }

    private static void signalled(Signal signal) {
        if (SIGNALS.incrementAndGet() > 1) {
            Runtime.getRuntime().halt(ExitCode.SIGNAL_BASE + signal.getNumber());
        }
        beginExit();
    }

    static void exit(int code) {
        CODE.compareAndSet(UNSET, code);
        beginExit();
    }

    private static void beginExit() {
        if (EXITING.compareAndSet(false, true)) {
            Thread.ofPlatform().name("espalier-exit").daemon(false).start(ProcessStop::leave);
        }
    }

    @SuppressWarnings("SystemExitOutsideMain") // this is the one place that may
    private static void leave() {
        List<ActorSystem> systems = List.copyOf(SYSTEMS);
        watch(systems);
        int code = stopAll(systems);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        for (Thread thread : WAITING) {
            joinUntil(thread, until);
        }
        int wanted = CODE.get();
        System.exit(wanted != UNSET && (wanted != 0 || code == 0) ? wanted : code);
    }

    private static void joinUntil(Thread thread, long until) {
        try {
            thread.join(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops the systems, the youngest first.
    ///
    /// @return the first exit code that is not 0
    private static int stopAll(List<ActorSystem> systems) {
        int code = 0;
        for (ActorSystem system : systems) {
            system.stop();
            while (!system.stopped().waitForGo(Duration.ofMillis(20))) {
                giveUpExiting(system);
            }
            code = code == 0 ? system.exitCode() : code;
        }
        return code;
    }

    /// An actor that is blocked in `System.exit` waits for us: we do not wait for it.
    private static void giveUpExiting(ActorSystem system) {
        Cell<?> awaited = WaitingLine.awaited(system.root());
        Thread thread = awaited.program.userThread;
        if (thread != null && isExiting(thread.getStackTrace())) {
            awaited.life.stop(Ladder.Rung.ABANDON);
        }
    }

    private static boolean isExiting(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().equals("java.lang.Shutdown")
                    || (frame.getClassName().equals("java.lang.Runtime")
                            && frame.getMethodName().equals("exit"))) {
                return true;
            }
        }
        return false;
    }

    private static void runHook() {
        List<ActorSystem> systems = List.copyOf(SYSTEMS);
        boolean exitCalled = EXITING.getAndSet(true) || someoneExits();
        watch(systems);
        int code = stopAll(systems);
        if (!exitCalled && code != 0) {
            Runtime.getRuntime().halt(code);
        }
    }

    private static boolean someoneExits() {
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (isExiting(thread.getValue()) && !thread.getKey().getName().equals("DestroyJavaVM")) {
                return true;
            }
        }
        return false;
    }

    private static void watch(List<ActorSystem> systems) {
        if (!WATCHED.compareAndSet(false, true)) {
            return;
        }
        Duration longest = systems.stream()
                .map(ActorSystem::wholeBudget)
                .max(Duration::compareTo)
                .orElse(Duration.ofSeconds(30));
        Thread.ofPlatform().name("espalier-watchdog").daemon(true).start(() -> {
            try {
                Thread.sleep(longest.plus(SLACK));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            System.err.println("The budget of " + longest + " is over and the JVM has not ended: halting");
            Runtime.getRuntime().halt(ExitCode.WATCHDOG);
        });
    }
}
