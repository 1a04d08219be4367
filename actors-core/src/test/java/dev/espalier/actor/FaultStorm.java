package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A tree of 500 actors, 6 children each, in which handlers, hooks and constructors fail at random and children
/// are stopped at random: nobody runs while it is failed or suspended, hooks keep their order, and nobody is
/// undead.
final class FaultStorm {
    /// What is wrong on purpose.
    enum Mistake {
        NONE,
        /// As if the last hook of an actor ran twice now and then.
        STOPS_TWICE
    }

    private static final int ACTORS = 500;
    private static final int BREADTH = 6;
    private static final int MESSAGES = 4_000;
    private static final List<Strategy> STRATEGIES = List.of(Strategy.values());

    final boolean virtual;
    private final int faults;
    private final Mistake mistake;
    final SplittableRandom random;
    final ConcurrentHashMap<ActorRef<?>, String> hooks = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    final List<ActorRef<Integer>> targets = new ArrayList<>();
    volatile boolean calm = true;

    /// @param virtual whether in simulated time
    /// @param faults how many there must be at least, if the machine is not too busy
    FaultStorm(boolean virtual, long seed, int faults, Mistake mistake) {
        this.virtual = virtual;
        this.random = new SplittableRandom(seed);
        this.faults = faults;
        this.mistake = mistake;
    }

    synchronized int next(int bound) {
        return random.nextInt(bound);
    }

    void mayFail(int percent, String where) {
        if (!calm && next(100) < percent) {
            throw new Boom(where);
        }
    }

    /// Some actor, mostly a living one.
    ActorRef<Integer> target() {
        synchronized (targets) {
            ActorRef<Integer> target = targets.get(next(targets.size()));
            for (int i = 0; i < 20 && target.state() == ActorState.STOPPED; i++) {
                target = targets.get(next(targets.size()));
            }
            if (target.state() == ActorState.STOPPED) { // then most of them are, and the storm would miss the rest
                targets.subList(1, targets.size()).removeIf(each -> each.state() == ActorState.STOPPED);
            }
            return target;
        }
    }

    void note(ActorContext<?> ctx, char hook) {
        hooks.merge(ctx.self(), String.valueOf(hook), String::concat);
    }

    void check(boolean ok, String what, ActorContext<?> ctx) {
        if (!ok) {
            wrong.add(what + ": " + ctx.path() + " " + hooks.get(ctx.self()));
        }
    }

    ActorSpec<Integer> spec(int index) {
        Strategy strategy = STRATEGIES.get(next(3));
        int restarts = next(3) == 0 ? 5 : Supervision.UNLIMITED;
        return ActorSpec.<Integer>behaviorWith("n" + index, ctx -> new Node(this, index))
                .supervision(Supervision.DEFAULT.strategy(strategy).intensity(restarts, Duration.ofSeconds(1)))
                .restart(index == 0 || next(4) > 0 ? Restart.PERMANENT : Restart.TRANSIENT)
                .backOff(next(5) == 0 ? BackOff.exponential(Duration.ofMillis(1), Duration.ofMillis(50)) : BackOff.NONE)
                .onFailure(cause -> index == 0 ? Decision.RESTART : decision());
    }

    private Decision decision() {
        int dice = next(100);
        return dice < 30
                ? Decision.RESUME
                : dice < 95 ? Decision.RESTART : dice < 97 ? Decision.STOP : Decision.ESCALATE;
    }

    private void errAfterStop(ActorContext<?> ctx) {
        if (mistake == Mistake.STOPS_TWICE && next(50) == 0) {
            note(ctx, 'T');
        }
    }

    private static final class Node implements Behavior<Integer> {
        private final FaultStorm storm;
        private final int index;
        private int inside; // plain: only one thread at a time may be here
        private boolean over;

        Node(FaultStorm storm, int index) {
            this.storm = storm;
            this.index = index;
            storm.mayFail(3, "constructor");
        }

        private void spawnChild(ActorContext<Integer> ctx, int child) {
            try {
                ActorRef<Integer> ref = ctx.spawn(storm.spec(child));
                synchronized (storm.targets) {
                    storm.targets.add(ref);
                }
            } catch (StartFailedException | NameTakenException | SpawnRefusedException e) {
                // What was thrown before the calm may be met after it.
                boolean onPurpose = e.getCause() instanceof Boom || e instanceof SpawnRefusedException;
                storm.check(!storm.calm || onPurpose, e.toString(), ctx);
            }
        }

        private void spawnChildren(ActorContext<Integer> ctx) {
            for (int i = BREADTH * index + 1; i <= BREADTH * index + BREADTH && i < ACTORS; i++) {
                spawnChild(ctx, i);
            }
        }

        @Override
        public void onStart(ActorContext<Integer> ctx) {
            storm.note(ctx, 'S');
            spawnChildren(ctx);
            storm.mayFail(2, "onStart");
        }

        @Override
        public void beforeRestart(ActorContext<Integer> ctx) {
            storm.check(!over, "beforeRestart of an object that is over", ctx);
            storm.check(ctx.children().refs().isEmpty(), "beforeRestart with children", ctx);
            over = true;
            storm.note(ctx, 'B');
            storm.mayFail(5, "beforeRestart");
        }

        @Override
        public void afterRestart(ActorContext<Integer> ctx) {
            storm.note(ctx, 'A');
            storm.check(ctx.children().refs().isEmpty(), "afterRestart with children of the old one", ctx);
            spawnChildren(ctx);
            storm.mayFail(5, "afterRestart");
        }

        @Override
        public void onStop(ActorContext<Integer> ctx) {
            storm.note(ctx, 'T');
            storm.errAfterStop(ctx);
            storm.check(ctx.children().refs().isEmpty(), "onStop with children", ctx);
            over = true;
            storm.mayFail(5, "onStop");
        }

        @Override
        public void onChildFailure(Failure failure, ActorContext<Integer> ctx) {
            checkMayRun(ctx);
            storm.mayFail(1, "onChildFailure");
        }

        /// What has been asked to stop goes on until it has.
        private static boolean belowFailed(Cell<?> cell) {
            for (Cell<?> at = cell; at.parent != null; at = at.parent) {
                if (at.state() == ActorState.STOPPING) {
                    return false;
                }
                if (at.parent.life.awaitsVerdict()) {
                    return true;
                }
            }
            return false;
        }

        private void checkMayRun(ActorContext<Integer> ctx) {
            Cell<?> cell = (Cell<?>) ctx.self();
            storm.check(inside == 0, "two at a time", ctx);
            storm.check(!over, "runs after its end", ctx);
            storm.check(cell.life.codeIsRunning(), "runs while failed", ctx);
            if (storm.virtual) { // with real threads the failure may come in between
                storm.check(!belowFailed(cell), "runs while an ancestor is failed and not judged", ctx);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public void onMessage(Integer message, ActorContext<Integer> ctx) {
            checkMayRun(ctx);
            if (storm.calm) {
                return;
            }
            inside++;
            try {
                List<ActorRef<?>> children = ctx.children().refs();
                ActorRef<Integer> child =
                        children.isEmpty() ? null : (ActorRef<Integer>) children.get(storm.next(children.size()));
                switch (storm.next(10)) {
                    case 0, 1, 2 -> throw new Boom("handler");
                    case 3 -> {
                        if (child != null && storm.next(4) == 0) {
                            child.stop();
                        }
                    }
                    case 4 -> {
                        int missing = BREADTH * index + 1 + storm.next(BREADTH);
                        if (missing < ACTORS
                                && ctx.children().find("n" + missing).isEmpty()) {
                            spawnChild(ctx, missing);
                        }
                    }
                    case 5, 6 -> {
                        if (child != null) {
                            child.tell(message);
                        }
                    }
                    case 7 -> {
                        if (storm.next(10) == 0) {
                            ctx.stop();
                        }
                    }
                    case 8 -> {
                        if (storm.virtual) {
                            VirtualTime.pause();
                        }
                    }
                    default -> Strand.sleep(Duration.ofNanos(storm.next(100_000)));
                }
            } finally {
                inside--;
            }
        }
    }

    /// Blows and looks at what is left.
    void blow(ActorSystem system, Events events) {
        ActorRef<Integer> top = system.spawn(spec(0));
        targets.add(top);
        assertEquals(ACTORS, targets.size());
        calm = false;
        // More than that if the machine is so busy that hardly one of them has been handled.
        for (int i = 0; i < MESSAGES || (i < 20 * MESSAGES && events.failures.size() < faults); i++) {
            target().tell(i);
            if (i % 50 == 0) {
                Strand.sleep(Duration.ofMillis(1));
            }
        }
        calm = true;
        settled(system, top);
        assertEquals(List.of(), List.copyOf(wrong));
        assertTrue(events.failures.size() >= faults, () -> "only " + events.failures.size() + " failures");

        Set<ActorRef<?>> living = living(top);
        hooks.keySet()
                .forEach(ref -> assertEquals(
                        living.contains(ref) ? ActorState.RUNNING : ActorState.STOPPED,
                        ref.state(),
                        () -> ref.path() + " " + ref.info()));
        StopReport report = system.shutdown();
        assertTrue(report.isClean(), report::toText);
        assertEquals(List.of(), List.copyOf(wrong));
        for (Map.Entry<ActorRef<?>, String> each : hooks.entrySet()) {
            assertEquals(ActorState.STOPPED, each.getKey().state());
            String order = each.getValue();
            assertTrue(order.matches("S(BA)*B?T|S"), () -> each.getKey().path() + " " + order);
        }
        assertEquals(events.failures.size(), events.failures.stream().distinct().count());
    }

    /// Waits until every living actor takes messages, and no restart is under way.
    private static void settled(ActorSystem system, ActorRef<Integer> top) {
        long deadline = Strand.deadlineAfter(Duration.ofSeconds(20));
        while (true) {
            Strand.sleep(Duration.ofMillis(100));
            String late = firstLate(top);
            if (late == null) {
                return;
            }
            assertTrue(Strand.now() - deadline < 0, () -> "hangs: " + late + "\n" + system.tree(1_000));
        }
    }

    @SuppressWarnings("unchecked")
    private static String firstLate(ActorRef<Integer> top) {
        for (ActorRef<?> ref : living(top)) {
            ((ActorRef<Integer>) ref).tell(0);
            boolean ready = ref.awaitReady(Duration.ofSeconds(1)) && ref.awaitProcessed(Duration.ofSeconds(1));
            if (!ready) {
                return ref.info().toString();
            }
        }
        return null;
    }

    private static Set<ActorRef<?>> living(ActorRef<?> top) {
        Set<ActorRef<?>> all = new HashSet<>();
        ArrayDeque<ActorRef<?>> open = new ArrayDeque<>(List.of(top));
        for (ActorRef<?> at = open.poll(); at != null; at = open.poll()) {
            all.add(at);
            open.addAll(at.info().children());
        }
        return all;
    }
}
