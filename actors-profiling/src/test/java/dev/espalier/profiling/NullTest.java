package dev.espalier.profiling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.testkit.Nulls;
import dev.espalier.observer.Observer;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/// Null, given to whatever is public here, but for records, which the library makes.
class NullTest {
    @Test
    void shouldRefuseNull() throws Exception {
        Nulls nulls = new Nulls();
        try (ActorSystem system =
                        ActorSystem.builder("nulls").handleSignals(false).start();
                InputStream in = NullTest.class.getResourceAsStream("/public-types.txt")) {
            ActorRef<String> actor = system.spawn("actor", () -> (message, ctx) -> {});
            nulls.give(ActorSystem.class, () -> system).give(ActorRef.class, () -> actor);
            for (String each : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                Class<?> type = Class.forName(each);
                if (!type.isRecord()) {
                    nulls.statics(type);
                }
            }
            nulls.instance(Profiler.Builder.class, Profiler.builder());
            nulls.instance(Detectors.Builder.class, Detectors.builder());
            nulls.instance(Observer.Builder.class, Observer.builder());
        }
        assertEquals("", String.join("\n", nulls.wrong()));
        assertTrue(nulls.tried() > 15, () -> "only " + nulls.tried() + " were tried");
    }
}
