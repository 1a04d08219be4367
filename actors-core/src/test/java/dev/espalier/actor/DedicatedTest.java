package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A thread of its own for life.
class DedicatedTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private record Seen(Thread thread, String name) {}

    /// Which threads run the actor's messages, with times in between in which it is idle.
    private static List<Seen> run(ActorSystem system, ActorSpec<Job> spec) {
        List<Seen> seen = new ArrayList<>();
        ActorRef<Job> actor = system.spawn(spec);
        for (int i = 0; i < 5; i++) {
            actor.tell(ctx -> {
                seen.add(new Seen(Thread.currentThread(), Thread.currentThread().getName()));
                Strand.sleep(SECOND);
                seen.add(new Seen(Thread.currentThread(), Thread.currentThread().getName()));
            });
            Strand.sleep(SECOND.multipliedBy(10));
        }
        assertEquals(10, seen.size());
        return seen;
    }

    private static Set<String> names(List<Seen> seen) {
        return seen.stream().map(Seen::name).collect(Collectors.toSet());
    }

    private static long threads(List<Seen> seen) {
        return seen.stream().map(Seen::thread).distinct().count();
    }

    @Test
    void shouldGiveOneActorItsOwnThreadWithItsPathForLife() throws Exception {
        TurnFixture.inVirtualSystem(1, system -> {
            List<Seen> own = run(system, TurnFixture.worker("own").dedicated());
            List<Seen> shared = run(system, TurnFixture.worker("shared"));
            List<Seen> other = run(system, TurnFixture.worker("other").dedicated());
            assertEquals(1, threads(own));
            assertEquals(Set.of("/t/own"), names(own));
            assertEquals(Set.of("/t/other"), names(other));
            assertNotEquals(own.getFirst().thread(), other.getFirst().thread());
            assertTrue(
                    names(shared).stream().anyMatch(name -> name.startsWith("espalier-t-worker-")), shared::toString);
        });
    }

    @Test
    void shouldGiveAllActorsOfASystemTheirOwnThread() throws Exception {
        VirtualTime.run(() -> MailFixture.runIn(TurnFixture.builder().dedicated(), system -> {
            List<Seen> one = run(system, TurnFixture.worker("one"));
            List<Seen> two = run(system, TurnFixture.worker("two"));
            assertEquals(1, threads(one));
            assertEquals(1, threads(two));
            assertEquals(Set.of("/t/one"), names(one));
            assertEquals(Set.of("/t/two"), names(two));
            assertEquals(List.of(), system.turns.workers);
        }));
    }

    @Test
    void shouldKeepItsThreadOverARestart() throws Exception {
        try (var log = EngineLog.silent()) {
            TurnFixture.inVirtualSystem(1, system -> {
                List<Thread> seen = new ArrayList<>();
                ActorRef<Job> own = system.spawn(TurnFixture.worker("own").dedicated());
                own.tell(ctx -> seen.add(Thread.currentThread()));
                own.tell(ctx -> {
                    throw new Trials.Boom("once");
                });
                own.tell(ctx -> seen.add(Thread.currentThread()));
                Strand.sleep(SECOND);
                assertEquals(2, own.info().incarnation());
                assertEquals(2, seen.size());
                assertEquals(seen.get(0), seen.get(1));
            });
            assertEquals(List.of(), log.lines());
        }
    }
}
