package dev.espalier.logging;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// The thread of an [HttpSink]: takes batches out of the [Outbox], posts each until it is settled, and leaves
/// the rest on disk.
///
/// *Why it is no actor.* It is, in all but the tree: it owns its mailbox and its state, is asked to stop, and
/// is waited for by who started it. But it must post what is logged while the last actor stops, and after: a
/// child of any system would be gone then, and a system of its own would stop with the others, in no order.
/// So it hangs below the stage of [dev.espalier.actor.ProcessEnd] that runs last. Its appender registers
/// there when it starts, which Logback does before it starts the [ActorAppender] around it; the last one
/// registered runs first; so the queue of that is written before this is closed.
///
/// *Why a platform thread.* When all carriers compute at SIGTERM, a green thread would not come to run in
/// time.
///
/// *If the server never answers*, [#close] cancels the post at its deadline, and moves what is left to the
/// disk itself; it does so at once if the next attempt would come too late. *If the disk hangs*, the appender
/// waits with it, and its callers have the patience of the [ActorAppender].
final class Sender {
    private final Outbox outbox;
    private final Poster poster;
    private final Duration backOff;
    private final Duration longest;
    private final Thread thread;

    /// Starts it.
    Sender(String name, Outbox outbox, Poster poster, Duration backOff, Duration longest) {
        this.outbox = outbox;
        this.poster = poster;
        this.backOff = backOff;
        this.longest = longest;
        thread = Thread.ofPlatform()
                .name("espalier-log-http-" + name)
                .daemon(true)
                .inheritInheritableThreadLocals(false)
                .start(this::run);
    }

    void take(byte[] line) {
        outbox.take(line);
    }

    boolean flush(Duration limit) {
        return outbox.flush(ActorAppender.nanos(limit));
    }

    HttpSink.Statistics statistics() {
        return outbox.statistics();
    }

    private void run() {
        try {
            for (Batch batch = outbox.next(); batch != null; batch = outbox.next()) {
                deliver(batch);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it but who wants it to end.
        } catch (Throwable t) {
            LastResort.say("The log is not posted any more, but written to the disk: " + t + System.lineSeparator());
        } finally {
            outbox.end();
        }
    }

    private void deliver(Batch batch) throws InterruptedException {
        Duration wait = backOff;
        while (!outbox.isOver()) {
            outbox.posted();
            Poster.Answer answer = poster.post(batch);
            if (answer.verdict() != Poster.Verdict.AGAIN) {
                boolean accepted = answer.verdict() == Poster.Verdict.SENT;
                if (!accepted) {
                    LastResort.say("The server does not want " + batch.events() + " log events: " + answer.text()
                            + System.lineSeparator());
                }
                outbox.settle(batch, accepted);
                return;
            }
            rest(wait, answer.after());
            wait = wait.multipliedBy(2).compareTo(longest) < 0 ? wait.multipliedBy(2) : longest;
        }
    }

    /// If the end would come first, what is left goes to the disk at once.
    private void rest(Duration wait, Duration least) throws InterruptedException {
        long jittered = (long) (wait.toNanos() * ThreadLocalRandom.current().nextDouble(0.5, 1.0));
        if (!outbox.pause(Math.max(jittered, least.toNanos()))) {
            outbox.end();
        }
    }

    /// Posts what is there, for a time; then everything is on disk. Repeating it is harmless.
    void close(Duration limit, Duration spilling) {
        outbox.closing(System.nanoTime() + limit.toNanos());
        if (!join(limit)) {
            outbox.end();
            poster.cancel();
            join(spilling);
        }
    }

    private boolean join(Duration limit) {
        boolean interrupted = Thread.interrupted();
        try {
            return thread.join(limit);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The folder is free for others.
    void release() {
        poster.close();
        outbox.release();
    }
}
