package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.proofs.StepLoader;
import dev.espalier.proofs.StepLoader.AnswersNo;
import dev.espalier.proofs.StepLoader.Mistake;
import dev.espalier.proofs.StepLoader.WritesAnyway;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// No wake-up is lost, whatever comes between two steps of the engine; and the same workload finds those that are lost
/// when one look is left out. Why none is lost is said in [TurnScheduler] and [Serial].
@Tag("slow")
class JitterTest {
    private static final int ROUNDS = 400;

    private static StepLoader loader(Mistake mistake) {
        return new StepLoader(Jitter.class, name -> !name.contains("Jitter"), mistake);
    }

    /// What the workload says. It has a thread of its own: with a mistake it may never end.
    private static String run(StepLoader loader, long seed, int seconds) throws Exception {
        var made = loader.loadClass(JitterWorkload.class.getName()).getDeclaredConstructor(long.class, int.class);
        made.setAccessible(true);
        var workload = (Callable<?>) made.newInstance(seed, ROUNDS);
        var answer = new FutureTask<>(() -> (String) workload.call());
        Thread thread = Thread.ofPlatform().daemon().name("jitter").start(answer);
        try {
            return answer.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "hangs at " + List.of(thread.getStackTrace());
        }
    }

    @Test
    void shouldLoseNothingWhenEveryStepMayPause() throws Exception {
        long seed = System.nanoTime();
        var loader = loader(StepLoader.NONE);
        assertEquals("", run(loader, seed, 60), "seed " + seed);
        assertTrue(loader.places() > 300, "only " + loader.places() + " places to pause");
    }

    static Arguments[] mistakes() {
        return new Arguments[] {
            Arguments.of(
                    "an actor is given back without a look",
                    new AnswersNo(TurnScheduler.class.getName(), "release", "hasWork")),
            Arguments.of(
                    "an actor leaves without a look for messages",
                    new AnswersNo(MessageProgram.class.getName(), "leave", "hasMissed")),
            Arguments.of("a life is given back without a look", new WritesAnyway(Serial.class.getName(), "release"))
        };
    }

    @Tag("cores") // with one processor hardly anything comes between two steps
    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void shouldSeeThatAWakeUpIsLostWhen(String name, Mistake mistake) throws Exception {
        String found = "";
        for (long seed = 1; seed <= 20 && found.isEmpty(); seed++) {
            var loader = loader(mistake);
            found = run(loader, seed, 4);
            assertTrue(loader.isMistaken(), name + ": there is no such place any more");
        }
        assertNotEquals("", found, name);
    }
}
