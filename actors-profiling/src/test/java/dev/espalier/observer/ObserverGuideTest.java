package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorSystem;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

/// The code of the guide, compiled and run.
class ObserverGuideTest {
    @Test
    void shouldStartAnObserver() throws IOException {
        URI page;
        // @start region="start"
        try (ActorSystem system = ActorSystem.start("shop");
                Observer observer = Observer.start(system)) {
            page = observer.address(); // http://localhost:40123/#1f0c...: open it in a browser
        }
        // @end
        assertTrue(page.toString().matches("http://localhost:\\d+/#[0-9a-f]{32}"), page::toString);
    }

    @Test
    void shouldSetItUp() throws IOException {
        try (ActorSystem system = ActorSystem.start("shop")) {
            // @start region="builder"
            Observer observer = Observer.builder()
                    .port(0) // a free one; the default
                    .actions(true) // the page may stop and cancel actors and set levels
                    .start(system);
            // @end
            assertTrue(observer.port() > 0);
            observer.close();
        }
    }

    @Test
    void shouldBindMetersToARegistry() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (ActorSystem system = ActorSystem.start("shop")) {
            // @start region="meters"
            new Meters(system).bindTo(registry);
            // @end
            assertEquals(1, registry.get("espalier.actors").gauge().value());
        }
    }
}
