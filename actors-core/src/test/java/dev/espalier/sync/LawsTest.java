package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random programs on the primitives do, call by call, what their [Model]s say: who is served, with what, in which
/// order, whatever time-outs, tills and cancels come in between.
@Tag("slow")
@Tag("once") // simulated time
class LawsTest {
    private static final int SEEDS = 4;
    private static final int STRANDS = 6;
    private static final int CALLS = 60;

    /// A primitive under test.
    private interface Subject {
        /// Makes the call.
        ///
        /// @param within null: for ever; a duration or a signal
        /// @return what it says; null if it gave up
        Object make(Model.Call call, Object within);

        int waiting();
    }

    private record Choice(String operation, Object argument) {}

    private interface Choices {
        Choice next(SplittableRandom random);
    }

    private static final class Run {
        final Model model;
        final Subject subject;
        final Choices choices;
        final AtomicInteger answered = new AtomicInteger();
        final AtomicInteger givenUp = new AtomicInteger();

        Run(Model model, Subject subject, Choices choices) {
            this.model = model;
            this.subject = subject;
            this.choices = choices;
        }

        void strand(SplittableRandom random) {
            for (int i = 0; i < CALLS; i++) {
                if (random.nextInt(3) == 0) {
                    Strand.sleep(Duration.ofMillis(random.nextInt(4)));
                }
                Choice choice = choices.next(random);
                Object answer = null;
                var scope = new CancelScope("a call");
                Model.Call[] call = new Model.Call[1];
                Registration cancel = null;
                try {
                    int kind = random.nextInt(3);
                    Duration time = Duration.ofMillis(random.nextInt(8));
                    Object within = kind == 0 ? time : kind == 1 ? Till.after(time) : null;
                    if (kind == 2) {
                        cancel = Strand.current().schedule(Strand.deadlineAfter(time), scope::cancel);
                    }
                    answer = call(scope, choice, call, within);
                } catch (CancelledException e) {
                    assertTrue(e.isFrom(scope));
                } finally {
                    if (cancel != null) {
                        cancel.remove();
                    }
                }
                compare(call[0], answer);
            }
        }

        private Object call(CancelScope scope, Choice choice, Model.Call[] call, Object within) {
            Object[] answer = new Object[1];
            scope.run(() -> {
                call[0] = model.call(choice.operation, choice.argument);
                answer[0] = subject.make(call[0], within);
            });
            return answer[0];
        }

        private void compare(Model.Call call, Object answer) {
            if (answer == null) {
                assertFalse(call.isAnswered(), () -> "given up, but the model says " + call);
                model.giveUp(call);
                givenUp.incrementAndGet();
            } else {
                assertEquals(call.answer, answer, call::toString);
                answered.incrementAndGet();
            }
        }
    }

    private interface Setup {
        Run make();
    }

    private static void check(Setup setup) throws Exception {
        int answered = 0;
        int givenUp = 0;
        long first = System.nanoTime();
        for (long seed = first; seed < first + SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var runs = new ArrayList<Run>();
            VirtualTime.run(seed, () -> {
                Run run = setup.make();
                runs.add(run);
                var strands = new ArrayList<Strand>();
                for (int i = 0; i < STRANDS; i++) {
                    SplittableRandom own = random.split();
                    strands.add(Strand.start("strand-" + i, () -> run.strand(own)));
                }
                strands.forEach(strand -> strand.join(Duration.ofDays(1)));
                assertEquals(0, run.model.waiting());
                assertEquals(0, run.subject.waiting());
            });
            answered += runs.getFirst().answered.get();
            givenUp += runs.getFirst().givenUp.get();
        }
        assertTrue(answered > SEEDS * CALLS && givenUp > SEEDS, answered + " answered, " + givenUp + " given up");
    }

    private static Object yes(boolean done) {
        return done ? true : null;
    }

    private static Object valueOf(Optional<?> value) {
        return value.orElse(null);
    }

    private static Object always(Runnable call) {
        call.run();
        return true;
    }

    @Test
    void shouldServeUnitsAsTheModelDoes() throws Exception {
        check(() -> {
            var semaphore = new Semaphore(3);
            return new Run(
                    new Model.OfSemaphore(3),
                    new Subject() {
                        @Override
                        public Object make(Model.Call call, Object within) {
                            long units = (Long) call.argument;
                            if (call.operation.equals("release")) {
                                return always(() -> semaphore.release(units));
                            }
                            return switch (within) {
                                case null -> always(() -> semaphore.acquire(units));
                                case Duration time -> yes(semaphore.acquire(units, time));
                                case Signal till -> yes(semaphore.acquire(units, till));
                                default -> throw new AssertionError(within);
                            };
                        }

                        @Override
                        public int waiting() {
                            return semaphore.waiting();
                        }
                    },
                    random -> new Choice(random.nextInt(2) == 0 ? "acquire" : "release", (long) random.nextInt(4)));
        });
    }

    @Test
    void shouldPassValuesThroughABoxAsTheModelDoes() throws Exception {
        var numbers = new AtomicInteger();
        check(() -> {
            var box = new MVar<Integer>();
            return new Run(
                    new Model.OfMVar(),
                    new Subject() {
                        @Override
                        public Object make(Model.Call call, Object within) {
                            return switch (call.operation) {
                                case "put" -> put(box, (Integer) call.argument, within);
                                case "take" -> take(box, within);
                                default -> read(box, within);
                            };
                        }

                        @Override
                        public int waiting() {
                            return box.waiting();
                        }
                    },
                    random -> new Choice(
                            List.of("put", "put", "take", "read").get(random.nextInt(4)), numbers.incrementAndGet()));
        });
    }

    private static Object put(MVar<Integer> box, Integer value, Object within) {
        return switch (within) {
            case null -> always(() -> box.put(value));
            case Duration time -> yes(box.put(value, time));
            case Signal till -> yes(box.put(value, till));
            default -> throw new AssertionError(within);
        };
    }

    private static Object take(MVar<Integer> box, Object within) {
        return switch (within) {
            case null -> box.take();
            case Duration time -> valueOf(box.take(time));
            case Signal till -> valueOf(box.take(till));
            default -> throw new AssertionError(within);
        };
    }

    private static Object read(MVar<Integer> box, Object within) {
        return switch (within) {
            case null -> box.read();
            case Duration time -> valueOf(box.read(time));
            case Signal till -> valueOf(box.read(till));
            default -> throw new AssertionError(within);
        };
    }

    @Test
    void shouldPassValuesThroughARendezvousAsTheModelDoes() throws Exception {
        checkChannel(0, 1, Channel::rendezvous);
    }

    @Test
    void shouldPassValuesThroughABoundedChannelAsTheModelDoes() throws Exception {
        checkChannel(1, 1, () -> Channel.bounded(1));
        checkChannel(3, 1, () -> Channel.bounded(3));
    }

    @Test
    void shouldPassValuesThroughAnUnboundedChannelAsTheModelDoes() throws Exception {
        checkChannel(Integer.MAX_VALUE, 1, Channel::unbounded);
    }

    @Test
    void shouldPassValuesToAllEndsAsTheModelDoes() throws Exception {
        checkChannel(2, 2, () -> Channel.bounded(2));
        checkChannel(Integer.MAX_VALUE, 3, Channel::unbounded);
    }

    private interface NewChannel {
        Channel<Integer> make();
    }

    private static void checkChannel(int capacity, int ends, NewChannel kind) throws Exception {
        var numbers = new AtomicInteger();
        check(() -> {
            var model = new Model.OfChannel(capacity);
            var channels = new ArrayList<>(List.of(kind.make()));
            while (channels.size() < ends) {
                channels.add(channels.getFirst().dup());
                model.ends.add(new java.util.ArrayDeque<>());
            }
            return new Run(
                    model,
                    new Subject() {
                        @Override
                        public Object make(Model.Call call, Object within) {
                            return call.operation.equals("send")
                                    ? send(channels.getLast(), (Integer) call.argument, within)
                                    : receive(channels.get((Integer) call.argument), within);
                        }

                        @Override
                        public int waiting() {
                            return channels.getFirst().hub().waiting();
                        }
                    },
                    random -> random.nextInt(ends + 1) == 0
                            ? new Choice("send", numbers.incrementAndGet())
                            : new Choice("receive", random.nextInt(ends)));
        });
    }

    private static Object send(Channel<Integer> channel, Integer value, Object within) {
        return switch (within) {
            case null -> always(() -> channel.send(value));
            case Duration time -> yes(channel.send(value, time));
            case Signal till -> yes(channel.send(value, till));
            default -> throw new AssertionError(within);
        };
    }

    private static Object receive(Channel<Integer> channel, Object within) {
        return switch (within) {
            case null -> channel.receive().orElseThrow();
            case Duration time -> valueOf(channel.receive(time));
            case Signal till -> valueOf(channel.receive(till));
            default -> throw new AssertionError(within);
        };
    }

    /// The comparison sees a primitive that is wrong: here, one that overtakes.
    @Test
    void shouldSeeAPrimitiveThatOvertakes() {
        BooleanSupplier caught = () -> {
            try {
                check(() -> {
                    var free = new long[] {3};
                    return new Run(
                            new Model.OfSemaphore(3),
                            new Subject() {
                                @Override
                                public Object make(Model.Call call, Object within) {
                                    long units = (Long) call.argument;
                                    if (call.operation.equals("release")) {
                                        free[0] += units;
                                        return true;
                                    }
                                    long deadline = within instanceof Duration time
                                            ? Strand.deadlineAfter(time)
                                            : Long.MAX_VALUE;
                                    while (free[0] < units) { // whoever looks first
                                        if (Strand.isOver(deadline) || (within instanceof Signal till && till.isGo())) {
                                            return null;
                                        }
                                        Strand.sleep(Duration.ofMillis(1));
                                    }
                                    free[0] -= units;
                                    return true;
                                }

                                @Override
                                public int waiting() {
                                    return 0;
                                }
                            },
                            random -> new Choice(
                                    random.nextInt(2) == 0 ? "acquire" : "release", (long) random.nextInt(4)));
                });
                return false;
            } catch (Exception | AssertionError expected) {
                return true;
            }
        };
        assertTrue(caught.getAsBoolean());
    }
}
