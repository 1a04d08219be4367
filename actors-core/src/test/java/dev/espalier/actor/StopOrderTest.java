package dev.espalier.actor;

import static dev.espalier.actor.StopFixture.SECOND;
import static dev.espalier.actor.StopFixture.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StopOrderTest {
    @Test
    void shouldStopChildrenInReverseStartOrderEachWithItsSubtree() throws Exception {
        VirtualTime.run(() -> {
            List<String> stopped = new ArrayList<>();
            var system = MailFixture.builder().start();
            for (String top : List.of("db", "cache", "http")) {
                system.spawn(node(top, stopped, List.of(node("1", stopped, List.of()), node("2", stopped, List.of()))));
            }
            StopReport report = system.shutdown();
            List<String> expected = List.of(
                    "/t/http/2",
                    "/t/http/1",
                    "/t/http",
                    "/t/cache/2",
                    "/t/cache/1",
                    "/t/cache",
                    "/t/db/2",
                    "/t/db/1",
                    "/t/db");
            assertEquals(expected, stopped);
            List<String> reported = new ArrayList<>(
                    report.actors().stream().map(StopReport.End::path).toList());
            assertEquals("/t", reported.removeLast());
            assertEquals(expected, reported);
        });
    }

    @Test
    void shouldTellTheNextChildOnlyAfterTheLastSubtreeHasEnded() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> seen = new ArrayList<>();
            ActorRef<Object> parent = system.spawn("p", () -> new Behavior<Object>() {
                @Override
                public void onStart(ActorContext<Object> ctx) {
                    for (int i = 0; i < 3; i++) {
                        ctx.spawnBody("c" + i, (inbox, own) -> {
                            own.pleaseStop().waitForGo();
                            seen.add("told " + own.self().name() + " "
                                    + VirtualTime.elapsed().toMillis());
                            Strand.sleep(SECOND);
                        });
                    }
                }

                @Override
                public void onMessage(Object message, ActorContext<Object> ctx) {}
            });
            Strand.sleep(SECOND);
            parent.stop();
            parent.join();
            assertEquals(List.of("told c2 1000", "told c1 2000", "told c0 3000"), seen);
        });
    }

    private static int violations(List<String> stopped, Map<String, List<String>> childrenOf) {
        Map<String, Integer> at = new HashMap<>();
        for (int i = 0; i < stopped.size(); i++) {
            at.put(stopped.get(i), i);
        }
        int bad = stopped.size() - at.size();
        for (Map.Entry<String, List<String>> each : childrenOf.entrySet()) {
            int before = at.get(each.getKey());
            for (String child : each.getValue()) { // in start order: each must end before those started earlier
                int now = at.get(child);
                bad += now < before ? 0 : 1;
                before = now;
            }
        }
        return bad;
    }

    /// Spawns a random tree; every node is a behavior or, if a leaf, sometimes a body.
    private static void grow(
            SplittableRandom random, ActorSystem system, List<String> stopped, Map<String, List<String>> childrenOf) {
        List<String> paths = new ArrayList<>(List.of("/t"));
        Map<String, ActorContext<Object>> contexts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            String above = paths.get(random.nextInt(Math.max(0, paths.size() - 60), paths.size()));
            boolean leaf = random.nextInt(8) == 0;
            String name = "n" + i;
            ActorSpec<Object> spec = leaf
                    ? ActorSpec.body(name, (inbox, ctx) -> {
                        try {
                            inbox.receive();
                        } finally {
                            stopped.add(ctx.path());
                        }
                    })
                    : ActorSpec.behavior(name, () -> new Behavior<>() {
                        @Override
                        public void onStart(ActorContext<Object> ctx) {
                            contexts.put(ctx.path(), ctx);
                        }

                        @Override
                        public void onMessage(Object message, ActorContext<Object> ctx) {}

                        @Override
                        public void onStop(ActorContext<Object> ctx) {
                            stopped.add(ctx.path());
                        }
                    });
            ActorRef<Object> ref = above.equals("/t")
                    ? system.spawn(spec)
                    : contexts.get(above).spawn(spec);
            childrenOf.computeIfAbsent(above, key -> new ArrayList<>()).add(ref.path());
            if (!leaf && ref.path().length() < 350) {
                paths.add(ref.path());
            }
        }
    }

    @Test
    @Tag("slow")
    void shouldViolateNoOrderIn200RandomTreesOf1000Actors() throws Exception {
        long seed = System.nanoTime();
        System.out.println("StopOrderTest seed " + seed + "L");
        for (int tree = 0; tree < 200; tree++) {
            List<String> stopped = Collections.synchronizedList(new ArrayList<>());
            Map<String, List<String>> childrenOf = new HashMap<>();
            var system = MailFixture.builder().start();
            grow(new SplittableRandom(seed + tree), system, stopped, childrenOf);
            StopReport report = system.shutdown();
            assertTrue(report.isClean(), report::toText);
            assertEquals(1_001, report.actors().size());
            stopped.add("/t");
            assertEquals(0, violations(stopped, childrenOf), "tree " + tree);
        }
    }

    @Test
    void shouldImplyThatEveryDescendantHasStoppedWhenStoppedGoes() throws Exception {
        for (long seed = 1; seed <= 30; seed++) {
            MailFixture.inVirtualSystem(seed, system -> {
                List<ActorRef<?>> below = new ArrayList<>();
                List<ActorState> states = new ArrayList<>();
                ActorRef<Object> top = system.spawn(ActorSpec.behaviorWith("top", ctx -> {
                    for (int i = 0; i < 4; i++) {
                        below.add(ctx.spawn(ActorSpec.behaviorWith("m" + i, own -> {
                            below.add(own.spawnBody("leaf", (inbox, leaf) -> inbox.receive()));
                            return (message, c) -> {};
                        })));
                    }
                    return (message, own) -> {};
                }));
                top.stopped().onGo(() -> below.forEach(ref -> states.add(ref.state())));
                top.stop();
                top.join(SECOND);
                assertEquals(Collections.nCopies(8, ActorState.STOPPED), states);
            });
        }
    }
}
