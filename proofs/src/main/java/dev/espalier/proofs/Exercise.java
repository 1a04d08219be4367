package dev.espalier.proofs;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.ReplyTo;
import dev.espalier.actor.Restart;
import dev.espalier.actor.StopReport;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// One life of a small system that checks itself: spawn, tell over a bounded mailbox, ask, fail and be restarted,
/// timers, a body, stop in order, ledger. Also a program of its own: its argument is a mistake, its exit code 1 if
/// something was wrong.
final class Exercise {
    /// What is wrong on purpose.
    enum Mistake {
        NONE,
        /// One message is not counted.
        LOSES,
        /// The system is never stopped.
        HANGS
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SENDERS = 3;

    private record Note(int sender, int number) {}

    private record Question(int number, ReplyTo<Integer> reply) {}

    private final Mistake mistake;
    private final int notes;
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private final List<String> ends = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger counted = new AtomicInteger();
    private final Signal ticked = new Signal("ticked");
    private final Signal mended = new Signal("mended");
    private ActorRef<Note> counterRef;

    /// @param notes how many messages each of the three senders sends
    Exercise(int notes, Mistake mistake) {
        this.notes = notes;
        this.mistake = mistake;
    }

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] args) {
        Scoreboard.quiet();
        List<String> wrong = new Exercise(10_000, Mistake.valueOf(args[0])).run();
        wrong.forEach(System.out::println);
        if (!wrong.isEmpty()) {
            System.exit(1);
        } // else the JVM must end by itself
    }

    private abstract class Part<M> implements Behavior<M> {
        @Override
        public void onStop(ActorContext<M> ctx) {
            ends.add(ctx.self().name());
        }
    }

    private final class Counter extends Part<Note> {
        private final int[] last = new int[SENDERS + 1];

        @Override
        public void onMessage(Note note, ActorContext<Note> ctx) {
            check(last[note.sender] < note.number, "out of order: " + note);
            last[note.sender] = note.number;
            if (mistake != Mistake.LOSES || note.sender != 1 || note.number != notes / 2) {
                counted.incrementAndGet();
            }
        }
    }

    private final class Echo extends Part<Question> {
        @Override
        public void onMessage(Question question, ActorContext<Question> ctx) {
            question.reply.reply(question.number);
        }
    }

    private final class Clock extends Part<String> {
        private int ticks;

        @Override
        public void onStart(ActorContext<String> ctx) {
            ctx.timers().once("never", "never", Duration.ofMillis(20));
            ctx.timers().fixedRate("tick", "tick", Duration.ofMillis(2));
            check(ctx.timers().cancel("never"), "the timer is not there");
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            check(message.equals("tick"), "a cancelled timer has sent " + message);
            if (++ticks == 15) {
                ticked.go();
            }
        }
    }

    /// Fails at the first message, and is another one at the second.
    private final class Child extends Part<String> {
        private boolean failed;

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            check(!failed, "not a fresh one after a failure");
            if (message.equals("fail")) {
                failed = true;
                throw new IllegalStateException("on purpose");
            }
            mended.go();
        }
    }

    private final class Parent extends Part<String> {
        @Override
        public void onStart(ActorContext<String> ctx) {
            var child =
                    ctx.spawn(ActorSpec.<String>behavior("child", Child::new).restart(Restart.PERMANENT));
            child.tell("fail");
            child.tell("go on");
        }

        @Override
        public void onMessage(String message, ActorContext<String> ctx) {}
    }

    private void check(boolean ok, String what) {
        if (!ok) {
            wrong.add(what);
        }
    }

    /// One of the actors, dead or alive; after [#run].
    Object someActor() {
        return Objects.requireNonNull(counterRef);
    }

    /// Lives once, and tells what was wrong.
    List<String> run() {
        ActorSystem system = ActorSystem.builder("exercise")
                .handleSignals(false)
                .discoverObservers(false)
                .start();
        ActorRef<Note> counter =
                system.spawn(ActorSpec.<Note>behavior("counter", Counter::new).mailbox(MailboxSpec.bounded(64)));
        counterRef = counter;
        ActorRef<Question> echo = system.spawn("echo", Echo::new);
        system.spawn("clock", Clock::new);
        system.spawn("parent", Parent::new);
        ActorRef<Note> feed = system.spawnBody("feed", (inbox, ctx) -> {
            inbox.forEach(counter::tell);
            ends.add("feed");
        });
        send(counter, feed);
        for (int i = 0; i < 100; i++) {
            int number = i;
            Function<ReplyTo<Integer>, Question> question = reply -> new Question(number, reply);
            check(echo.ask(question, PATIENCE) == i, "a wrong answer");
        }
        check(ticked.waitForGo(PATIENCE), "no tick");
        check(mended.waitForGo(PATIENCE), "no restart");
        if (mistake == Mistake.HANGS) {
            new Signal("never").waitForGo();
        }
        judge(system.shutdown());
        return List.copyOf(wrong);
    }

    /// The last sender goes by way of the body.
    private void send(ActorRef<Note> counter, ActorRef<Note> feed) {
        List<Strand> senders = new ArrayList<>();
        for (int i = 1; i <= SENDERS; i++) {
            int sender = i;
            ActorRef<Note> to = i == SENDERS ? feed : counter;
            Runnable body = () -> {
                for (int n = 1; n <= notes; n++) {
                    to.tell(new Note(sender, n));
                }
            };
            senders.add(i == 1 ? Strand.startPlatform("sender", true, body) : Strand.start("sender", body));
        }
        senders.forEach(sender -> check(sender.join(PATIENCE), "a sender hangs"));
    }

    private void judge(StopReport report) {
        check(counted.get() == SENDERS * notes, "counted " + counted + " of " + SENDERS * notes);
        check(ends.equals(List.of("feed", "child", "parent", "clock", "echo", "counter")), "order of ends: " + ends);
        check(report.isClean(), report.toText());
        check(report.actors().size() == 7, "report of " + report.actors().size());
        check(report.ledger().balanced() && report.ledger().queued() == 0, "ledger " + report.ledger());
        check(report.ledger().deadLettered() == 0, "dead letters " + report.ledger());
    }
}
