package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What an actor's code can find out about itself without a context.
class IdentityTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<Object> seen = new ArrayList<>();

    private void look() {
        ActorRef<?> self = ActorRef.current();
        seen.add(self.incarnation() + " " + self.handling() + " " + self.labels());
    }

    private Behavior<String> desk() {
        return (message, ctx) -> {
            look();
            if (message.equals("bad")) {
                throw new IllegalStateException("on purpose");
            }
        };
    }

    @Test
    void shouldTellIncarnationMessageAndLabelsWhenAsked() throws Exception {
        VirtualTime.run(1, () -> {
            try (ActorSystem system =
                    ActorSystem.builder("shop").handleSignals(false).start()) {
                ActorRef<Void> floor = system.spawn(ActorSpec.<Void>body("floor", (inbox, ctx) -> {
                            ActorRef<String> desk = ctx.spawn(ActorSpec.<String>behavior("desk", this::desk)
                                    .label("region", "west"));
                            desk.tell("bad");
                            desk.tell("good");
                            desk.awaitProcessed(LONG);
                            look();
                        })
                        .label("tenant", "acme")
                        .label("region", "all"));
                floor.join(LONG);
                assertNull(floor.handling());
            }
        });
        Map<String, String> west = Map.of("tenant", "acme", "region", "west");
        Map<String, String> all = Map.of("tenant", "acme", "region", "all");
        assertEquals(3, seen.size(), seen::toString);
        assertEquals("1 bad", first(0));
        assertEquals("2 good", first(1));
        assertEquals("1 null", first(2));
        assertEquals(labels(seen.get(0)), text(west));
        assertEquals(labels(seen.get(2)), text(all));
    }

    @Test
    void shouldTellOthersNothingOfTheMessageInHand() throws Exception {
        VirtualTime.run(1, () -> {
            try (ActorSystem system =
                    ActorSystem.builder("shop").handleSignals(false).start()) {
                var gate = new Signal();
                ActorRef<String> desk = system.spawn("desk", () -> (message, ctx) -> {
                    gate.waitForGo();
                    look();
                });
                desk.tell("good");
                Strand.sleep(Duration.ofMillis(1));
                assertNull(desk.handling(), "its thread alone may look into its mailbox");
                gate.go();
                desk.awaitProcessed(LONG);
            }
        });
        assertEquals(List.of("1 good {}"), seen);
    }

    private String first(int i) {
        return seen.get(i).toString().replaceFirst(" \\{.*", "");
    }

    private static String labels(Object line) {
        return line.toString().replaceFirst(".*\\{", "{");
    }

    private static String text(Map<String, String> labels) {
        return "{" + (labels.get("region").equals("west") ? "region=west, tenant=acme" : "tenant=acme, region=all")
                + "}";
    }

    @Test
    void shouldHaveNoLabelsWhenNobodyGaveAny() throws Exception {
        VirtualTime.run(1, () -> {
            try (ActorSystem system =
                    ActorSystem.builder("shop").handleSignals(false).start()) {
                assertEquals(Map.of(), system.spawn("desk", this::desk).labels());
            }
        });
        assertThrows(
                IllegalArgumentException.class,
                () -> ActorSpec.<String>behavior("desk", this::desk).label("", "x"));
    }

    @Test
    void shouldFindTheFailuresOfASubtree() throws Exception {
        VirtualTime.run(1, () -> {
            try (ActorSystem system = ActorSystem.builder("shop")
                    .handleSignals(false)
                    .discoverObservers(false)
                    .start()) {
                for (String name : List.of("orders", "orders2", "db")) {
                    ActorRef<String> actor = system.spawn(name, this::desk);
                    actor.tell("bad");
                    actor.tell("good");
                    actor.awaitProcessed(LONG);
                }
                Failures all = system.failures();
                assertEquals(3, all.size());
                assertEquals(List.of(all.get(0)), all.under("/shop/orders"));
                assertEquals(all, all.under("/shop"));
                assertEquals(List.of(), all.under("/shop/orders/x"));
            }
        });
    }
}
