package dev.espalier.actor;

import static dev.espalier.actor.GuideFixture.LONG;
import static dev.espalier.actor.GuideFixture.simulate;
import static dev.espalier.actor.GuideFixture.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.SnippetsTest.Order;
import dev.espalier.actor.testkit.Probe;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/stopping.md`, compiled and run.
class StoppingGuideTest {
    /// Stops its system at once, so that the test ends.
    static final class Counter implements Behavior<Order> {
        @Override
        public void onStart(ActorContext<Order> ctx) {
            ctx.system().stop();
        }

        @Override
        public void onMessage(Order message, ActorContext<Order> ctx) {}
    }

    @Test
    void shouldAwaitShutdown() {
        // @start region="service"
        try (var system = ActorSystem.start("shop")) {
            system.spawn("counter", Counter::new);
            system.awaitShutdown(); // until SIGTERM, SIGINT, stop(), exit(code) or a failure that reaches the root
        }
        // @end
    }

    @Test
    void shouldLookAtPleaseStop() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<String> stock = Probe.start(system);
                // @start region="please-stop"
                ActorRef<Void> poller = system.spawnBody("poller", (inbox, ctx) -> {
                    while (!ctx.pleaseStop().waitForGo(Duration.ofSeconds(30))) {
                        stock.ref().tell("look again");
                    }
                });
                // @end
                assertEquals("look again", stock.expectMessage(Duration.ofSeconds(31)));
                poller.stop();
                stock.expectStopped(poller, Duration.ofMillis(1));
            }
        });
    }

    @Test
    void shouldStopInOrder() throws Exception {
        simulate(() -> {
            Duration quick = Duration.ofSeconds(1);
            var ended = new ArrayList<String>();
            Body<String> service = (inbox, ctx) -> {
                inbox.receive();
                ended.add(ctx.self().name());
            };
            try (var system = start()) {
                // @start region="depends-on"
                system.spawnAll(List.of(
                        ActorSpec.body("http", service).dependsOn("db", "cache"),
                        ActorSpec.body("db", service),
                        ActorSpec.body("cache", service).dependsOn("db"))); // starts db, cache, http
                // @end
                // @start region="report"
                StopReport report = system.shutdown(); // stops http, cache, db
                if (!report.isClean()) {
                    System.err.println(report.toText());
                }
                // @end
                assertEquals(List.of("http", "cache", "db"), ended);
                assertTrue(report.took().compareTo(quick) < 0);
            }
        });
    }

    @Test
    void shouldShieldTheLastWork() throws Exception {
        simulate(() -> {
            try (var system = start()) {
                Probe<List<String>> file = Probe.start(system);
                // @start region="shield"
                ActorRef<String> buffer = system.spawnBody("buffer", (inbox, ctx) -> {
                    List<String> lines = new ArrayList<>();
                    try {
                        for (String line : inbox) {
                            lines.add(line);
                            Strand.sleep(Duration.ofMillis(10)); // a cancel ends this wait
                        }
                    } finally {
                        CancelScope.shield(() -> {
                            Strand.sleep(Duration.ofMillis(5)); // a cancel does not end this one
                            file.ref().tell(lines);
                        });
                    }
                });
                // @end
                buffer.tellAll(List.of("a", "b"));
                Strand.sleep(Duration.ofMillis(5));
                buffer.cancel();
                assertEquals(List.of("a"), file.expectMessage(LONG));
                file.expectStopped(buffer, LONG);
            }
        });
    }
}
