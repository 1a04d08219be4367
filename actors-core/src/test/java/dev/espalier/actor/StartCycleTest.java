package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StartCycleTest {
    private record Question(ReplyTo<String> replyTo) {}

    /// A parent that spawns, on a message, a child whose start asks that parent.
    private static final class Parent implements Behavior<Object> {
        private final AtomicReference<Throwable> seen;

        Parent(AtomicReference<Throwable> seen) {
            this.seen = seen;
        }

        @Override
        public void onMessage(Object message, ActorContext<Object> ctx) {
            if (message instanceof Question question) {
                question.replyTo().reply("answer");
                return;
            }
            try {
                ctx.spawn("child", () -> new Asker(ctx.self()));
            } catch (StartFailedException e) {
                seen.set(e.getCause());
            }
        }
    }

    private record Asker(ActorRef<Object> parent) implements Behavior<Object> {
        @Override
        public void onStart(ActorContext<Object> ctx) {
            parent.<String>ask(Question::new, Duration.ofHours(1));
        }

        @Override
        public void onMessage(Object message, ActorContext<Object> ctx) {}
    }

    @Test
    void shouldFailTheAskWhenAChildAsksItsSpawnerFromItsStart() throws Exception {
        VirtualTime.run(() -> {
            AtomicReference<Throwable> seen = new AtomicReference<>();
            try (ActorSystem system =
                    ActorSystem.builder("test").handleSignals(false).start()) {
                ActorRef<Object> parent = system.spawn("parent", () -> new Parent(seen));
                parent.tell("spawn");
                parent.awaitProcessed(Duration.ofSeconds(1));
                assertInstanceOf(AskCycleException.class, seen.get());
                assertEquals("answer", parent.<String>ask(Question::new, Duration.ofSeconds(1)));
            }
            assertEquals(Duration.ZERO, VirtualTime.elapsed(), "found at once, not by the time-out");
        });
    }

    @Test
    void shouldFailTheAskWhenAChildAsksTheParentThatWaitsForItsEnd() throws Exception {
        VirtualTime.run(() -> {
            AtomicReference<Throwable> seen = new AtomicReference<>();
            try (ActorSystem system =
                    ActorSystem.builder("test").handleSignals(false).start()) {
                ActorRef<Object> parent = system.spawnBody("parent", (inbox, ctx) -> {
                    ctx.spawnBody("child", (none, childCtx) -> {
                        childCtx.pleaseStop().waitForGo();
                        try {
                            ctx.self().<String>ask(Question::new, Duration.ofSeconds(4));
                        } catch (AskCycleException e) {
                            seen.set(e);
                        }
                    });
                    ctx.children().terminate("child");
                });
                parent.join();
                assertInstanceOf(AskCycleException.class, seen.get());
            }
        });
    }
}
