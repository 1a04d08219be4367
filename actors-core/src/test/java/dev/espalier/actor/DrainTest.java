package dev.espalier.actor;

import static dev.espalier.actor.StopFixture.LONG;
import static dev.espalier.actor.StopFixture.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What an actor does between pleaseStop and the end of its children.
class DrainTest {
    @Test
    void shouldProcessWhatChildrenSendToTheirParentWhileTheyStop() throws Exception {
        for (long seed = 1; seed <= 50; seed++) {
            List<String> seen = new ArrayList<>();
            List<DeadLetter> letters = new ArrayList<>();
            VirtualTime.run(seed, () -> {
                var system = MailFixture.builder().start();
                system.deadLetters().onDeadLetter(letters::add);
                system.spawn("p", () -> new Behavior<String>() {
                    @Override
                    public void onStart(ActorContext<String> ctx) {
                        for (int i = 0; i < 5; i++) {
                            String name = "c" + i;
                            ctx.spawn(name, () -> new Behavior<Object>() {
                                @Override
                                public void onMessage(Object message, ActorContext<Object> own) {}

                                @Override
                                public void onStop(ActorContext<Object> own) {
                                    ctx.self().tell("bye " + name);
                                    VirtualTime.pause();
                                    ctx.self().tell("really " + name);
                                }
                            });
                        }
                    }

                    @Override
                    public void onMessage(String message, ActorContext<String> ctx) {
                        seen.add(message);
                    }

                    @Override
                    public void onStop(ActorContext<String> ctx) {
                        seen.add("onStop");
                    }
                });
                system.shutdown();
            });
            List<String> expected = new ArrayList<>();
            for (int i = 4; i >= 0; i--) {
                expected.addAll(List.of("bye c" + i, "really c" + i));
            }
            expected.add("onStop");
            assertEquals(expected, seen, "seed " + seed);
            assertEquals(List.of(), letters);
        }
    }

    @Test
    void shouldDrainTheMailboxWhileTheChildrenCanStillBeAsked() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Integer> replies = new ArrayList<>();
            ActorRef<Integer> parent = system.spawn("p", () -> new Behavior<Integer>() {
                private ActorRef<ReplyTo<Integer>> child;

                @Override
                public void onStart(ActorContext<Integer> ctx) {
                    child = ctx.spawn("child", () -> (replyTo, own) -> replyTo.reply(7));
                }

                @Override
                public void onMessage(Integer message, ActorContext<Integer> ctx) {
                    Strand.sleep(Duration.ofMillis(10));
                    replies.add(message + child.<Integer>ask(r -> r, SECOND));
                }
            });
            parent.tellAll(List.of(100, 200, 300));
            parent.stop();
            parent.join();
            assertEquals(List.of(107, 207, 307), replies);
            assertEquals(new Ledger(3, 3, 0, 0, 0, 0), parent.ledger());
        });
    }

    /// Real time, because the race is between the body on its way to its park and the stop on another thread.
    @Test
    @Tag("slow")
    void shouldEndABodyThatIsAboutToWaitWhenItIsStopped() throws Exception {
        MailFixture.inRealSystem(system -> {
            for (int i = 0; i < 50_000; i++) {
                ActorRef<Integer> body = system.spawn(ActorSpec.<Integer>body("b", (inbox, ctx) -> {
                            inbox.forEach(message -> Thread.onSpinWait());
                        })
                        .restart(Restart.TEMPORARY)
                        .grace(LONG.multipliedBy(2)));
                for (int m = i % 7; m > 0; m--) {
                    body.tell(m);
                }
                for (int spin = i % 997; spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                body.stop();
                assertTrue(body.stopped().waitForGo(LONG), () -> "lost: " + body.info());
            }
        });
    }

    @Test
    void shouldSendPleaseStopOnceHoweverOftenItIsAsked() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var told = new AtomicInteger();
            ActorRef<Object> target = system.spawn(ActorSpec.behaviorWith("target", ctx -> {
                ctx.pleaseStop().onGo(told::incrementAndGet);
                return (message, own) -> {};
            }));
            for (int i = 0; i < 5; i++) {
                target.stop();
            }
            target.cancel();
            system.stop();
            system.stop();
            target.join(SECOND);
            assertEquals(1, told.get());
        });
    }
}
