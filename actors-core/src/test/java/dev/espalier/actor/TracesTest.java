package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which trace context is current where.
class TracesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /// What an actor is told to do.
    private interface Act {
        void on(ActorContext<Act> ctx) throws Exception;

        default boolean isUrgent() {
            return false;
        }
    }

    private final TraceContext one = TraceContext.start(true);
    private final TraceContext two = TraceContext.start(true);
    private final List<String> seen = new ArrayList<>();

    private void note(String what) {
        TraceContext now = TraceContext.current();
        seen.add(what + " " + (now == null ? "-" : now.equals(one) ? "1" : now.equals(two) ? "2" : "?"));
    }

    private Act noting(String what) {
        return ctx -> note(what);
    }

    private static Behavior<Act> actor() {
        return (act, ctx) -> act.on(ctx);
    }

    private static void inSystem(Consumer<ActorSystem.Builder> setUp, MailFixture.InSystem test) throws Exception {
        ActorSystem.Builder builder = MailFixture.builder();
        setUp.accept(builder);
        VirtualTime.run(() -> MailFixture.runIn(builder, test));
    }

    private static void inSystem(boolean dedicated, MailFixture.InSystem test) throws Exception {
        inSystem(
                builder -> {
                    if (dedicated) {
                        builder.dedicated();
                    }
                },
                test);
    }

    private void assertSeen(String... lines) {
        assertEquals(List.of(lines), seen);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeCurrentForTheMessageThatBroughtItAndForNoOther(boolean dedicated) throws Exception {
        inSystem(dedicated, system -> {
            ActorRef<Act> actor = system.spawn("actor", TracesTest::actor);
            actor.tell(noting("before"));
            one.run(() -> actor.tell(noting("traced")));
            actor.tell(noting("between"));
            two.run(() -> assertEquals(Told.ACCEPTED, actor.tryTell(noting("other"))));
            actor.tell(noting("after"));
            assertTrue(actor.awaitProcessed(SECOND));
            assertSeen("before -", "traced 1", "between -", "other 2", "after -");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGoOnWithWhatTheTurnSends(boolean dedicated) throws Exception {
        inSystem(dedicated, system -> {
            ActorRef<Act> last = system.spawn("last", TracesTest::actor);
            ActorRef<Act> next = system.spawn("next", TracesTest::actor);
            ActorRef<Act> first = system.spawn("first", TracesTest::actor);
            one.run(() -> first.tell(ctx -> {
                next.tell(inner -> {
                    note("next");
                    two.run(() -> last.tell(noting("other")));
                    last.tell(noting("last"));
                });
                note("first");
            }));
            first.tell(ctx -> next.tell(noting("untraced")));
            assertTrue(first.awaitProcessed(SECOND) && next.awaitProcessed(SECOND) && last.awaitProcessed(SECOND));
            seen.sort(null);
            assertSeen("first 1", "last 1", "next 1", "other 2", "untraced -");
        });
    }

    @Test
    void shouldGoWithAnAskAndComeBackWithNoReply() throws Exception {
        record Get(ReplyTo<String> replyTo) {}
        inSystem(false, system -> {
            ActorRef<Get> end = system.spawn("end", () -> (get, ctx) -> {
                note("end");
                two.run(() -> get.replyTo().reply("done"));
            });
            ActorRef<Get> middle =
                    system.spawn("middle", () -> (get, ctx) -> get.replyTo().forward(end, get));
            ActorRef<Act> asker = system.spawn("asker", TracesTest::actor);
            one.run(() -> asker.tell(ctx -> {
                middle.ask(Get::new, SECOND);
                note("asker");
            }));
            asker.tell(ctx -> middle.ask(Get::new, SECOND));
            assertTrue(asker.awaitProcessed(SECOND));
            assertSeen("end 1", "asker 1", "end -");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGoWithWhatComesLater(boolean body) throws Exception {
        record Get(ReplyTo<String> replyTo) {}
        inSystem(false, system -> {
            ActorRef<Get> slow = system.spawn("slow", () -> (get, ctx) -> {
                Strand.sleep(SECOND);
                two.run(() -> get.replyTo().reply("done"));
            });
            ActorRef<Act> actor = body
                    ? system.spawnBody("actor", (inbox, ctx) -> {
                        for (Act act : inbox) {
                            act.on(ctx);
                        }
                    })
                    : system.spawn("actor", TracesTest::actor);
            one.run(() -> actor.tell(ctx -> {
                ctx.<Get, String>ask(slow, Get::new, SECOND.multipliedBy(3), (reply, error) -> noting("reply"));
                ctx.timers().once("once", noting("once"), SECOND.multipliedBy(2));
                ctx.timers().fixedRate("often", noting("often"), SECOND.multipliedBy(3));
                ctx.execute(() -> note("executed"));
            }));
            actor.tell(noting("next"));
            Strand.sleep(SECOND.multipliedBy(4));
            seen.sort(null);
            assertSeen("executed 1", "next -", "often -", "once 1", "reply 1");
        });
    }

    @Test
    void shouldStayWithAMessageThatIsStashedOrTriedAgain() throws Exception {
        inSystem(false, system -> {
            int[] tries = new int[1];
            ActorRef<Act> actor =
                    system.spawn(ActorSpec.behavior("actor", TracesTest::actor).retryFailedMessage(3));
            one.run(() -> actor.tell(ctx -> {
                note("try");
                if (tries[0]++ == 0) {
                    ctx.stash();
                } else if (tries[0] == 2) {
                    throw new IllegalStateException("once more");
                }
            }));
            actor.tell(noting("other"));
            actor.tell(ActorContext::unstashAll);
            actor.tell(noting("last"));
            assertTrue(actor.awaitProcessed(SECOND.multipliedBy(10)));
            assertSeen("try 1", "other -", "try 1", "try 1", "last -");
            assertEquals(new Ledger(4, 4, 0, 0, 0, 0), actor.ledger());
        });
    }

    @Test
    void shouldBeCurrentInABodyUntilItReceivesAgain() throws Exception {
        inSystem(false, system -> {
            ActorRef<String> body = system.spawnBody(
                    "body",
                    (inbox, ctx) -> two.call(() -> {
                        note("start");
                        for (String message : inbox) {
                            note(message);
                        }
                        note("end");
                        return null;
                    }));
            one.run(() -> body.tell("traced"));
            body.tell("untraced");
            body.stop();
            body.join();
            assertSeen("start 2", "traced 1", "untraced 2", "end 2");
        });
    }

    @Test
    void shouldNotMakeATimerOfABodyCarryWhatTheBodyRunsIn() throws Exception {
        inSystem(builder -> builder.observer(new Tracer()), system -> {
            ActorRef<String> body = system.spawnBody(
                    "body",
                    (inbox, ctx) -> one.call(() -> {
                        ctx.timers().fixedRate("often", "tick", SECOND);
                        note(inbox.receive().orElseThrow());
                        return null;
                    }));
            body.join();
            assertSeen("started", "tick 1", "ended -");
        });
    }

    @Test
    void shouldTakeThatOfTheFirstMessageOfABatch() throws Exception {
        inSystem(false, system -> {
            ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                Strand.sleep(SECOND);
                for (List<String> batch = inbox.receiveBatch(2); !batch.isEmpty(); batch = inbox.receiveBatch(2)) {
                    note(String.join("+", batch));
                }
            });
            one.run(() -> body.tell("a"));
            two.run(() -> body.tell("b"));
            body.tell("c");
            two.run(() -> body.tell("d"));
            body.stop();
            body.join();
            assertSeen("a+b 1", "c+d 2");
        });
    }

    @Test
    void shouldBeThatOfTheSpawnerWhenABehaviorStarts() throws Exception {
        inSystem(false, system -> {
            ActorRef<Act> parent = system.spawn("parent", TracesTest::actor);
            one.run(() -> parent.tell(ctx -> {
                ActorRef<Act> child = ctx.spawn("child", () -> {
                    note("start");
                    return actor();
                });
                child.tell(noting("child"));
                note("parent");
            }));
            assertTrue(parent.awaitProcessed(SECOND));
            Optional<ActorRef<?>> child = system.find("/t/parent/child");
            assertTrue(child.orElseThrow().awaitProcessed(SECOND));
            seen.sort(null);
            assertSeen("child 1", "parent 1", "start 1");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"block", "oldest", "priority"})
    void shouldComeThroughEveryMailbox(String kind) throws Exception {
        MailboxSpec mailbox = switch (kind) {
            case "block" -> MailboxSpec.bounded(2);
            case "oldest" -> MailboxSpec.bounded(2, Overflow.DROP_OLDEST);
            default -> MailboxSpec.bounded(100).prioritized(Comparator.comparing(Act::isUrgent));
        };
        inSystem(false, system -> {
            ActorRef<Act> actor =
                    system.spawn(ActorSpec.behavior("actor", TracesTest::actor).mailbox(mailbox));
            actor.tell(ctx -> Strand.sleep(SECOND));
            Strand.sleep(Duration.ofMillis(100));
            for (int i = 1; i <= 4; i++) {
                String name = "m" + i;
                (i % 2 == 0 ? one : two).run(() -> actor.tell(noting(name)));
            }
            Strand.sleep(SECOND.multipliedBy(2));
            assertEquals(
                    kind.equals("oldest") ? List.of("m3 2", "m4 1") : List.of("m1 2", "m2 1", "m3 2", "m4 1"), seen);
        });
    }

    /// Begins a span for each message that carries a context.
    private final class Tracer implements ActorObserver {
        @Override
        public MessageObserver messagesOf(ActorRef<?> actor, Class<?> code) {
            return new MessageObserver() {
                @Override
                public TraceContext traced(Object message, TraceContext context) {
                    note("before");
                    seen.add(context.equals(one) ? "came 1" : "came ?");
                    return two;
                }

                @Override
                public void started(Object message) {
                    seen.add("started");
                }

                @Override
                public void ended(@Nullable Throwable thrown) {
                    note("ended");
                }

                @Override
                public void arrived(@Nullable ActorRef<?> sender, long nanos, long now, int messages) {
                    seen.add("arrived");
                }
            };
        }
    }

    @Test
    void shouldLetAnObserverBeginASpan() throws Exception {
        inSystem(builder -> builder.observer(new Tracer()), system -> {
            ActorRef<Act> actor = system.spawn("actor", TracesTest::actor);
            one.run(() -> actor.tell(noting("traced")));
            actor.tell(noting("untraced"));
            assertTrue(actor.awaitProcessed(SECOND));
            assertSeen("before 1", "came 1", "started", "traced 2", "ended 2", "started", "untraced -", "ended -");
        });
    }

    @Test
    void shouldCountNoTracedMessageAsASample() throws Exception {
        inSystem(builder -> builder.observer(new Tracer()), system -> {
            ActorRef<Act> actor = system.spawn("actor", TracesTest::actor);
            one.run(() -> actor.tell(ctx -> {}));
            assertTrue(actor.awaitProcessed(SECOND));
            assertEquals(0, seen.stream().filter("arrived"::equals).count());
            system.sampleArrivals(actor, 1);
            one.run(() -> actor.tell(ActorContext::stash));
            actor.tell(ActorContext::unstashAll);
            assertTrue(!actor.awaitProcessed(SECOND));
            assertEquals(2, seen.stream().filter("arrived"::equals).count());
        });
    }

    @Test
    void shouldNotBeSeenByTheNextActorOfTheSameThread() throws Exception {
        inSystem(builder -> builder.parallelism(1), system -> {
            List<ActorRef<Act>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                all.add(system.spawn("a" + i, TracesTest::actor));
            }
            for (int i = 0; i < 10; i++) {
                ActorRef<Act> actor = all.get(i);
                Act act = ctx -> {
                    note(Objects.requireNonNull(ActorRef.current()).name());
                    if (seen.size() == 1) {
                        throw new IllegalStateException("and now?");
                    }
                };
                if (i % 2 == 0) {
                    one.run(() -> actor.tell(act));
                } else {
                    actor.tell(act);
                }
            }
            for (ActorRef<Act> each : all) {
                assertTrue(each.awaitProcessed(SECOND));
            }
            seen.sort(null);
            for (int i = 0; i < 10; i++) {
                assertEquals("a" + i + (i % 2 == 0 ? " 1" : " -"), seen.get(i));
            }
        });
    }
}
