package dev.espalier.actor.testkit;

import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.PendingTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.AssertionFailedError;

/// A JUnit extension that fails a test which leaves something of the library behind: a living actor system, a
/// green or platform thread, a timer. What was there before the test does not count, and what is about to end
/// gets 2 s for it.
///
/// {@snippet class="dev.espalier.actor.TestingGuideTest" region="nothing-outlives"}
///
/// A test or `@BeforeEach` method with a parameter of type [ActorSystem] gets a fresh system, which is stopped
/// after the `@AfterEach` methods. It runs in real time and leaves the signals of the process alone.
///
/// A system that was left behind is also told to stop, so that the next test begins clean. A system with
/// `discoverObservers(false)` is not known here; its threads and timers are. Not for tests that run at the same
/// time in one JVM.
public final class NothingOutlives implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(NothingOutlives.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long LOOK_EVERY = 5_000_000;

    /// What was there before the test.
    private record Before(Set<Long> threads, Set<ActorSystem> systems, Set<Runnable> timers) {}

    private final Duration patience;

    /// For `@ExtendWith`: what is about to end gets 2 s.
    public NothingOutlives() {
        this(PATIENCE);
    }

    private NothingOutlives(Duration patience) {
        this.patience = patience;
    }

    /// For `@RegisterExtension`, with another patience.
    ///
    /// @param patience how long something that is about to end may take; not negative
    public static NothingOutlives within(Duration patience) {
        return new NothingOutlives(patience);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        LivingSystems.beginLooking();
        var before = new Before(Set.copyOf(LivingThreads.now().keySet()), LivingSystems.now(), PendingTimers.now());
        store(context).put(Before.class, before);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            ActorSystem own = store(context).get(ActorSystem.class, ActorSystem.class);
            if (own != null) {
                own.close();
            }
            Before before = store(context).get(Before.class, Before.class);
            List<String> left = leftAfterWait(before);
            if (!left.isEmpty()) {
                stopLeft(before);
                throw new AssertionFailedError(
                        context.getDisplayName() + " left behind:\n  " + String.join("\n  ", left));
            }
        } finally {
            LivingSystems.endLooking();
        }
    }

    private List<String> leftAfterWait(Before before) {
        long until = System.nanoTime() + patience.toNanos();
        boolean interrupted = Thread.interrupted(); // a set flag would make the wait spin
        try {
            List<String> left = left(before);
            while (!left.isEmpty() && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(LOOK_EVERY);
                interrupted |= Thread.interrupted();
                left = left(before);
            }
            return left;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static List<String> left(Before before) {
        List<String> left = new ArrayList<>();
        for (ActorSystem system : systems(before)) {
            left.add(system + ", which lives:\n" + system.tree(20).indent(6).stripTrailing());
        }
        for (Map.Entry<Long, LivingThreads.Entry> thread : LivingThreads.now().entrySet()) {
            if (!before.threads.contains(thread.getKey())) {
                left.add(thread.getValue().toString());
            }
        }
        for (Runnable timer : PendingTimers.now()) {
            if (!before.timers.contains(timer)) {
                left.add("timer" + due(timer));
            }
        }
        return left;
    }

    private static String due(Runnable timer) {
        return timer instanceof Delayed delayed ? " due in " + delayed.getDelay(TimeUnit.MILLISECONDS) + " ms" : "";
    }

    private static Set<ActorSystem> systems(Before before) {
        Set<ActorSystem> systems = new HashSet<>(LivingSystems.now());
        systems.removeAll(before.systems);
        return systems;
    }

    private static void stopLeft(Before before) {
        systems(before).forEach(ActorSystem::stop);
    }

    // Parameters.

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ActorSystem.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public ActorSystem resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return store(context)
                .getOrComputeIfAbsent(
                        ActorSystem.class,
                        key -> ActorSystem.builder("test").handleSignals(false).start(),
                        ActorSystem.class);
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(SPACE);
    }
}
