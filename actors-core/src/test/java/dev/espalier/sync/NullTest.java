package dev.espalier.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.testkit.Nulls;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Null, given to whatever is public here.
class NullTest {
    private static List<String> publicTypes() throws IOException {
        try (InputStream in = NullTest.class.getResourceAsStream("/public-types.txt")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(name -> name.startsWith("dev.espalier.sync."))
                    .toList();
        }
    }

    private static Nulls nulls() {
        return new Nulls()
                // A blocker is only shown; what has no lock says that first; for the engine.
                .except("Strand.park", "Strand.parkIdle", "Condition.awaitThat", "Monitor.awaitThat")
                .except("CancelScope.expect", "CancelScope.leave")
                .give(Strand.class, Strand::current)
                .give(Signal.class, Signal::new)
                .give(Lock.class, Lock::new)
                .give(Channel.class, () -> Channel.<Integer>bounded(2));
    }

    @Test
    void shouldRefuseNullInConstructorsAndStaticMethods() throws Exception {
        Nulls nulls = nulls();
        VirtualTime.run(() -> {
            for (String each : publicTypes()) {
                nulls.statics(Class.forName(each));
            }
        });
        assertEquals("", String.join("\n", nulls.wrong()));
        assertTrue(nulls.tried() > 50, () -> "only " + nulls.tried() + " were tried");
    }

    @Test
    void shouldRefuseNullInMethods() throws Exception {
        Nulls nulls = nulls();
        VirtualTime.run(() -> {
            nulls.instance(Signal.class, new Signal());
            nulls.instance(Promise.class, new Promise<Integer>());
            nulls.instance(Lock.class, new Lock());
            nulls.instance(Condition.class, new Lock().newCondition());
            nulls.instance(Monitor.class, new Monitor());
            nulls.instance(Semaphore.class, new Semaphore(1));
            nulls.instance(BinarySemaphore.class, new BinarySemaphore(true));
            nulls.instance(MVar.class, new MVar<>(1));
            nulls.instance(Queue.class, Queue.<Integer>bounded(2));
            nulls.instance(Channel.class, Channel.<Integer>bounded(2));
            nulls.instance(Progress.class, new Progress());
            nulls.instance(Event.class, new Event());
            nulls.instance(Select.class, Select.<Integer>of());
            nulls.instance(Till.class, Till.after(Duration.ofSeconds(1)));
            Fork<Integer> fork = Fork.start("fork", () -> 1);
            fork.get();
            nulls.instance(Fork.class, fork);
        });
        assertEquals("", String.join("\n", nulls.wrong()));
        assertTrue(nulls.tried() > 50, () -> "only " + nulls.tried() + " were tried");
    }
}
