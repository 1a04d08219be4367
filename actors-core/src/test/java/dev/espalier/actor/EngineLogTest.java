package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Signal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/// What other tests rely on when they say that the engine made no error.
class EngineLogTest {
    @Test
    void shouldKeepErrorsOfTheEngine() {
        try (var log = EngineLog.silent()) {
            Log.engineError("A task of the engine failed", new IllegalStateException());
            Signal signal = new Signal();
            signal.onGo(() -> {
                throw new IllegalStateException();
            });
            signal.go();
            assertEquals(2, log.lines().size(), log.lines()::toString);
            assertEquals("ERROR A task of the engine failed", log.lines().get(0));
            assertTrue(log.lines().get(1).contains("a listener"), log.lines()::toString);
        }
    }

    @Test
    void shouldKeepAnAssertionThatFailedInsideAnActor() throws Exception {
        try (var log = EngineLog.silent()) {
            var failed = assertThrows(
                    AssertionFailedError.class, // also without a look at the log
                    () -> MailFixture.inVirtualSystem(system -> {
                        ActorRef<String> actor = system.spawn("actor", () -> (text, ctx) -> fail(text));
                        actor.tell("not as expected");
                    }));
            assertEquals("inside an actor", failed.getMessage());
            assertEquals(1, log.lines().size(), log.lines()::toString);
            assertTrue(log.lines().getFirst().contains("not as expected"), log.lines()::toString);
        }
    }

    @Test
    void shouldKeepNothingOfWhatActorsDo() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<String> actor = system.spawn("actor", () -> new Behavior<String>() {
                    @Override
                    public void onMessage(String text, ActorContext<String> ctx) {
                        throw new IllegalStateException(text);
                    }

                    @Override
                    public void onStop(ActorContext<String> ctx) {
                        throw new IllegalStateException("on purpose");
                    }
                });
                actor.tell("on purpose");
            });
            assertEquals(List.of(), log.lines());
        }
    }
}
