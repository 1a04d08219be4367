package dev.espalier.proofs;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorException;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Ledger;
import dev.espalier.actor.ReplyTo;
import dev.espalier.actor.Restart;
import dev.espalier.actor.Strategy;
import dev.espalier.actor.Supervision;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/// One life of a small tree, in an order that the seed decides: actors are spawned, told, asked, fail, are
/// restarted and stopped. The second argument is the step at which the system is stopped, 0 for at the end.
/// The answer is the number of steps, or says what went wrong.
final class Schedule implements BiFunction<Long, Long, String> {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /// What a message is to lead to.
    enum Act {
        NOTE,
        FAIL,
        SPAWN,
        STOP_ITSELF,
        STOP_CHILD,
        FORWARD,
        ASK,
        SLEEP
    }

    record Note(int number, int sender, Act act, ReplyTo<Integer> reply) {}

    private static final class OnPurpose extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OnPurpose() {
            super("on purpose", null, false, false);
        }
    }

    private final class Node implements Behavior<Note> {
        private final int depth;

        Node(int depth) {
            this.depth = depth;
        }

        @Override
        public void onStart(ActorContext<Note> ctx) {
            book.hook(ctx.self(), 'S');
            for (int i = random.nextInt(3 - depth); i > 0; i--) {
                spawn(ctx, depth + 1);
            }
        }

        @Override
        public void beforeRestart(ActorContext<Note> ctx) {
            book.hook(ctx.self(), 'B');
        }

        @Override
        public void onStop(ActorContext<Note> ctx) {
            book.check(ctx.children().refs().isEmpty(), "onStop with children: " + ctx.path());
            book.hook(ctx.self(), 'T');
        }

        @Override
        public void onMessage(Note note, ActorContext<Note> ctx) {
            book.enter(ctx.path(), note.number, note.sender);
            try {
                if (note.reply != null) {
                    note.reply.reply(note.number);
                }
                act(note.act, ctx);
            } finally {
                book.leave(ctx.path());
            }
        }

        private void act(Act act, ActorContext<Note> ctx) {
            int me = -1 - Math.abs(ctx.path().hashCode() % 1_000_000);
            switch (act) {
                case FAIL -> {
                    book.failures++;
                    throw new OnPurpose();
                }
                case SPAWN -> spawn(ctx, Math.min(2, depth + 1));
                case STOP_ITSELF -> ctx.stop();
                case STOP_CHILD -> ctx.children().refs().stream().findFirst().ifPresent(ActorRef::stop);
                case FORWARD -> tell(any(), me, Act.NOTE);
                case ASK -> ask(any(), me);
                case SLEEP -> Strand.sleep(Duration.ofNanos(random.nextInt(100_000)));
                case NOTE -> {}
            }
        }
    }

    private final Book book = new Book();
    private final List<ActorRef<Note>> refs = new ArrayList<>();
    private SplittableRandom random = new SplittableRandom(0);
    private int names;

    /// Made by a loader of its own.
    Schedule() {}

    @Override
    public String apply(Long seed, Long stopAt) {
        random = new SplittableRandom(seed);
        var steps = new long[1];
        try {
            VirtualTime.configure().seed(seed).maxSteps(300_000).execute(() -> {
                Steps.begin(seed);
                play(stopAt);
                steps[0] = VirtualTime.steps();
            });
        } catch (Throwable thrown) {
            return "seed " + seed + "L, stop at " + stopAt + ": "
                    + String.valueOf(thrown).lines().limit(60).toList();
        } finally {
            Steps.end();
        }
        book.close();
        return book.wrong.isEmpty()
                ? steps[0]
                        + (book.early.isEmpty()
                                ? ""
                                : " early, seed " + seed + "L, stop at " + stopAt + ": " + book.early)
                : "seed " + seed + "L, stop at " + stopAt + ": "
                        + book.wrong.stream().distinct().limit(5).toList();
    }

    private ActorSpec<Note> spec(int depth) {
        return ActorSpec.<Note>behaviorWith("n" + names++, ctx -> new Node(depth))
                .restart(one(List.of(Restart.values())))
                .supervision(Supervision.DEFAULT
                        .strategy(one(List.of(Strategy.values())))
                        .intensity(Supervision.UNLIMITED, SECOND));
    }

    private void spawn(ActorContext<Note> ctx, int depth) {
        try {
            refs.add(ctx.spawn(spec(depth)));
        } catch (ActorException refused) {
            book.check(ctx.self().state() != ActorState.STOPPED, "a spawn by one that has ended: " + ctx.path());
        }
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private ActorRef<Note> any() {
        return one(refs);
    }

    private Note note(int sender, Act act, ReplyTo<Integer> reply) {
        return new Note(book.newMessage(), sender, act, reply);
    }

    private void tell(ActorRef<Note> to, int sender, Act act) {
        Note note = note(sender, act, null);
        to.tell(note);
        book.told(note.number);
    }

    private void ask(ActorRef<Note> to, int sender) {
        try {
            to.<Integer>ask(reply -> note(sender, Act.NOTE, reply), SECOND);
        } catch (ActorException | CancelledException e) {
            // It has stopped, or a circle was found.
        }
    }

    private void send(int sender, int times) {
        for (int i = 0; i < times; i++) {
            VirtualTime.pause();
            switch (random.nextInt(12)) {
                case 0 -> ask(any(), sender);
                case 1 -> any().stop();
                case 2 -> VirtualTime.pause();
                default -> tell(any(), sender, one(List.of(Act.values())));
            }
        }
    }

    private void play(long stopAt) {
        ActorSystem system = ActorSystem.builder("s")
                .parallelism(1 + random.nextInt(3))
                .handleSignals(false)
                .discoverObservers(false)
                .observer(book)
                .supervision(Supervision.DEFAULT.intensity(Supervision.UNLIMITED, SECOND))
                .start();
        refs.add(system.spawn(spec(0)));
        refs.add(system.spawn(spec(0)));
        if (stopAt > 0) {
            VirtualTime.atStep(VirtualTime.steps() + stopAt, system::stop);
        }
        List<Strand> senders = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            int sender = i;
            senders.add(Strand.start("sender" + i, () -> send(sender, 8)));
        }
        for (Strand each : senders) {
            book.check(each.join(Duration.ofSeconds(60)), "a sender hangs");
        }
        system.shutdown();
        Ledger ledger = system.report().ledger();
        book.check(ledger.balanced() && ledger.queued() == 0, "ledger: " + ledger);
        for (ActorRef<Note> ref : refs) {
            book.check(ref.state() == ActorState.STOPPED, "undead: " + ref.info());
        }
    }
}
