package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Says once a second what a stop is waiting for. Runs on the timer, a platform thread, so that it speaks also
/// when no green thread can run.
final class WaitingLine {
    private final ActorSystem system;
    private final Cell<?> root;
    private final long startedNanos;
    private volatile @Nullable Registration timer;

    WaitingLine(ActorSystem system, Cell<?> root, long startedNanos) {
        this.system = system;
        this.root = root;
        this.startedNanos = startedNanos;
    }

    void start(Duration tick) {
        schedule(tick);
        system.stopped().onGo(this::removeTimer);
    }

    /// The end of the system writes its signal and then reads the timer, this writes the timer and then reads
    /// the signal: one of them removes it, so that no timer outlives its system.
    private void schedule(Duration tick) {
        long next = system.now() + tick.toNanos();
        timer = system.strand.schedule(next, () -> {
            if (!system.stopped().isGo()) {
                Log.warn("{}", line());
                schedule(tick);
            }
        });
        if (system.stopped().isGo()) {
            removeTimer();
        }
    }

    private void removeTimer() {
        Registration pending = timer;
        if (pending != null) {
            pending.remove();
        }
    }

    String line() {
        Cell<?> at = awaited(root);
        String left = at.mailbox.depth() + " messages left";
        return String.format(
                Locale.ROOT,
                "Stopping %s: waiting %.1f s for %s: %s, %s",
                system.name(),
                (system.now() - startedNanos) / 1e9,
                at.path(),
                left,
                where(at));
    }

    /// The actor that everything waits for now: down the chain of children that are being stopped.
    static Cell<?> awaited(Cell<?> from) {
        Cell<?> at = from;
        while (true) {
            Cell<?> next = at.life.stoppingChild();
            if (next == null) {
                next = stillAlive(at);
            }
            if (next == null) {
                return at;
            }
            at = next;
        }
    }

    /// With children that stop at the same time: the first one that has not.
    private static @Nullable Cell<?> stillAlive(Cell<?> of) {
        return of.life.isStopping() && of.spec.options.parallelStop ? of.newestChild() : null;
    }

    private static String where(Cell<?> cell) {
        if (!cell.life.codeIsRunning()) {
            return cell.life.activity();
        }
        StackTraceElement[] stack = cell.program.userStack();
        for (StackTraceElement frame : stack) {
            String type = frame.getClassName();
            if (!type.startsWith("java.lang.")
                    && !type.startsWith("jdk.internal.")
                    && !type.startsWith("dev.espalier.sync.")
                    && !type.startsWith("java.util.concurrent.")) {
                return "at "
                        + (stack[0].equals(frame)
                                ? ""
                                : stack[0].getClassName() + "." + stack[0].getMethodName() + " from ")
                        + frame;
            }
        }
        return stack.length == 0 ? cell.life.activity() : "at " + stack[0];
    }
}
