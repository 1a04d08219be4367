package dev.espalier.profiling;

import dev.espalier.actor.ActorInfo;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at chosen actors now and then, whether they run, wait or have nothing to do, and adds up for how long they
/// were where.
///
/// A worker may have gone on to another actor between the question which thread has an actor and the look at the
/// thread's stack. So [Marks] are in the stacks meanwhile, and a stack with another actor's number is not believed. One
/// without a number is that of a body or a dedicated behavior, or of a turn that began before.
///
/// *Threads.* One platform thread, `espalier-wall-clock`; what it has seen is guarded by this object. *Memory.* The
/// first [#MOST_STACKS] different stacks. *Cost.* Some 10 to 40 microseconds for each actor that has a
/// thread, and look; it takes at most a tenth of a processor, and looks less often when that is not enough.
final class WallClock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.profiling");
    static final int MOST_ACTORS = 1_000;
    static final int MOST_STACKS = 20_000;
    static final String IDLE = "(idle)";
    static final String WAITS = "(waits for a turn)";
    private static final String RUNS = "(runs)";
    private static final Samples.Stack OTHERS =
            new Samples.Stack(Samples.Kind.WALL, Senders.OTHERS, Senders.OTHERS, List.of());
    private static final int TRIES = 3;
    private static final int SHARE = 10;

    private final List<ActorRef<?>> tops;
    private final long period;
    private final Marks marks = Marks.take();
    private final Map<Samples.Stack, Long> weights = new HashMap<>();
    private final Map<String, String> methods = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    WallClock(List<ActorRef<?>> tops, Duration period) {
        this.tops = List.copyOf(tops);
        this.period = period.toNanos();
        for (Tree tree : Trees.all()) {
            if (this.tops.stream().anyMatch(tree::has)) {
                marks.mark(tree);
            }
        }
        thread = Thread.ofPlatform().name("espalier-wall-clock").daemon().unstarted(this::run);
        thread.start();
    }

    private void run() {
        long before = System.nanoTime();
        try {
            while (!closed) {
                long now = System.nanoTime();
                look(now - before);
                before = now;
                LockSupport.parkNanos(this, Math.max(period, SHARE * (System.nanoTime() - now)));
            }
        } catch (RuntimeException e) {
            LOG.error("No more samples by the clock on the wall are taken", e);
        }
    }

    /// @param nanos since the last look
    private void look(long nanos) {
        Deque<ActorRef<?>> open = new ArrayDeque<>(tops);
        for (int seen = 0; seen < MOST_ACTORS && !open.isEmpty() && !closed; seen++) {
            ActorRef<?> actor = open.pop();
            if (actor.state() != ActorState.STOPPED) {
                ActorInfo info = actor.info();
                count(actor, info, nanos);
                info.children().stream().limit(MOST_ACTORS).forEach(open::add);
            }
        }
    }

    private void count(ActorRef<?> actor, ActorInfo info, long nanos) {
        List<String> frames = where(actor, info);
        ActorRecord record = Trees.find(actor);
        String code = record == null ? Senders.OTHERS : record.codeName();
        Samples.Stack stack = new Samples.Stack(Samples.Kind.WALL, info.path(), code, frames);
        synchronized (this) {
            boolean fits = weights.size() < MOST_STACKS || weights.containsKey(stack);
            weights.merge(fits ? stack : OTHERS, nanos, Long::sum);
        }
    }

    private List<String> where(ActorRef<?> actor, ActorInfo first) {
        ActorInfo info = first;
        for (int i = 0; i < TRIES; i++) {
            Thread at = info.thread();
            if (at == null) {
                return List.of(waiting(info));
            }
            List<StackTraceElement> stack = Arrays.asList(at.getStackTrace());
            Marks.Found found = Marks.findNow(stack);
            ActorInfo then = actor.info();
            boolean stays = at.equals(then.thread()) && !SampleReader.isWorker(at.getName());
            if (!stack.isEmpty() && (found.number() == 0 ? stays : isOf(actor, found.number()))) {
                return SampleReader.names(stack.subList(0, found.frames()), this::nameOf);
            }
            info = then;
        }
        return List.of(RUNS); // by turns so short that none was met
    }

    private static boolean isOf(ActorRef<?> actor, int number) {
        ActorRecord record = Trees.find(actor);
        Marks.Mark own = record == null ? null : record.mark();
        return own != null && own.number == number;
    }

    private static String waiting(ActorInfo info) {
        if (info.state() != ActorState.RUNNING) {
            return "(" + info.state().name().toLowerCase(Locale.ROOT) + ")";
        }
        return info.ledger().queued() > 0 ? WAITS : IDLE;
    }

    private String nameOf(StackTraceElement frame) {
        return methods.computeIfAbsent(frame.getClassName() + "." + frame.getMethodName(), same -> same);
    }

    /// What was seen so far.
    synchronized Map<Samples.Stack, Long> weights() {
        return Map.copyOf(weights);
    }

    /// Looks no more; what it has seen can still be asked. Idempotent.
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        LockSupport.unpark(thread);
        marks.giveBack();
    }
}
