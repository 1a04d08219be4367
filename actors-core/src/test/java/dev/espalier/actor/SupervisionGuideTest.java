package dev.espalier.actor;

import static dev.espalier.actor.GuideFixture.LONG;
import static dev.espalier.actor.GuideFixture.simulate;
import static dev.espalier.actor.GuideFixture.start;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.actor.BlockingGuideTest.Storage;
import dev.espalier.actor.BlockingGuideTest.Writer;
import dev.espalier.actor.FirstActorGuideTest.Front;
import dev.espalier.actor.SnippetsTest.Order;
import dev.espalier.actor.testkit.Probe;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/supervision.md`, compiled and run.
class SupervisionGuideTest {
    // @start region="on-child-failure"
    static final class Watchful implements Behavior<String> {
        private final ActorRef<String> alarm;

        Watchful(ActorRef<String> alarm) {
            this.alarm = alarm;
        }

        @Override
        public void onStart(ActorContext<String> ctx) {
            ctx.spawn("worker", () -> (text, c) -> {
                throw new IllegalStateException("cannot handle " + text);
            });
        }

        @Override
        public void onMessage(String text, ActorContext<String> ctx) {
            ctx.children().find("worker").ifPresent(worker -> alarm.tell(worker.path() + " lives"));
        }

        @Override
        public void onChildFailure(Failure failure, ActorContext<String> ctx) {
            alarm.tell(failure.path() + " failed: " + failure.cause().getMessage());
        }
    }
    // @end

    @Test
    @SuppressWarnings("unchecked")
    void shouldHearOfAChildsFailure() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<String> probe = Probe.start(system);
                ActorRef<String> parent = system.spawn("parent", () -> new Watchful(probe.ref()));
                ((ActorRef<String>) system.find("/shop/parent/worker").orElseThrow()).tell("this");
                assertEquals("/shop/parent/worker failed: cannot handle this", probe.expectMessage(LONG));
                parent.tell("and now?");
                assertEquals("/shop/parent/worker lives", probe.expectMessage(LONG));
            }
        });
    }

    @Test
    void shouldRestartAllTogether() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                // @start region="strategy"
                ActorRef<Order> front = system.spawn(ActorSpec.behavior("front", Front::new)
                        .supervision(Supervision.oneForAll().intensity(10, Duration.ofMinutes(1))));
                // @end
                assertEquals(0, front.<Integer>ask(Order.Total::new, LONG));
            }
        });
    }

    @Test
    void shouldRetryAFailedMessage() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<String> probe = Probe.start(system);
                Storage storage = row -> {
                    probe.ref().tell(row);
                    throw new IOException("the disk is full");
                };
                // @start region="retry"
                ActorRef<String> writer = system.spawn(ActorSpec.behavior("writer", () -> new Writer(storage))
                        .retryFailedMessage(3) // then it becomes a dead letter
                        .backOff(BackOff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10))));
                // @end
                writer.tell("row");
                for (int i = 0; i < 3; i++) {
                    assertEquals("row", probe.expectMessage(LONG));
                }
                probe.expectNoMessage(LONG);
                assertEquals(1, system.deadLetters().count(DeadLetter.Reason.QUARANTINED));
            }
        });
    }
}
