package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StopOrderTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    /// A behavior that makes children and notes when it stops.
    private static ActorSpec<Object> node(String name, List<String> stopped, List<ActorSpec<Object>> children) {
        return ActorSpec.behavior(name, () -> new Behavior<>() {
            @Override
            public void onStart(ActorContext<Object> ctx) {
                children.forEach(ctx::spawn);
            }

            @Override
            public void onMessage(Object message, ActorContext<Object> ctx) {}

            @Override
            public void onStop(ActorContext<Object> ctx) {
                stopped.add(ctx.path());
            }
        });
    }

    // The order.

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

    // The late child.

    @Test
    @Tag("slow")
    void shouldLeaveNoSurvivorIn10000RacesOfSpawnAgainstStop() throws Exception {
        int races = 10_000;
        var refusedInAll = new AtomicInteger();
        MailFixture.inRealSystem(system -> {
            for (int race = 0; race < races; race++) {
                List<ActorContext<Object>> contexts = new ArrayList<>();
                List<ActorRef<Object>> spawned = Collections.synchronizedList(new ArrayList<>());
                ActorRef<Object> parent = system.spawn(ActorSpec.<Object>behaviorWith("p" + race, ctx -> {
                            contexts.add(ctx);
                            return (message, own) -> {};
                        })
                        .restart(Restart.TEMPORARY));
                Strand spawner = Strand.start("spawner", () -> {
                    for (int i = 0; i < 5; i++) {
                        try {
                            spawned.add(contexts.getFirst().spawn("c" + i, () -> (message, own) -> {}));
                        } catch (SpawnRefusedException | ActorStoppedException e) {
                            refusedInAll.incrementAndGet();
                        }
                    }
                });
                if (race % 2 == 0) {
                    Thread.onSpinWait();
                }
                parent.stop();
                assertTrue(parent.stopped().waitForGo(LONG));
                assertTrue(spawner.join(LONG));
                for (ActorRef<Object> child : spawned) {
                    assertEquals(ActorState.STOPPED, child.state(), child.path());
                }
                assertTrue(parent.info().children().isEmpty());
            }
            assertEquals(List.of(), system.children().refs());
        });
        assertTrue(refusedInAll.get() > 0, "the stop never came first");
    }

    @Test
    void shouldLeaveNoSurvivorWhenManySeedsRaceSpawnAgainstStop() throws Exception {
        int refused = 0;
        int spawned = 0;
        for (long seed = 1; seed <= 300; seed++) {
            List<ActorRef<Object>> children = new ArrayList<>();
            List<RuntimeException> errors = new ArrayList<>();
            MailFixture.inVirtualSystem(seed, system -> {
                List<ActorContext<Object>> contexts = new ArrayList<>();
                ActorRef<Object> parent = system.spawn(ActorSpec.behaviorWith("p", ctx -> {
                    contexts.add(ctx);
                    return (message, own) -> {};
                }));
                Strand spawner = Strand.start("spawner", () -> {
                    for (int i = 0; i < 5; i++) {
                        VirtualTime.pause();
                        try {
                            children.add(contexts.getFirst().spawnBody("c" + i, (inbox, ctx) -> inbox.receive()));
                        } catch (SpawnRefusedException | ActorStoppedException e) {
                            errors.add(e);
                        }
                    }
                });
                VirtualTime.pause();
                VirtualTime.pause();
                parent.stop();
                parent.join(SECOND);
                assertTrue(spawner.join(SECOND));
                children.forEach(child -> assertEquals(ActorState.STOPPED, child.state()));
                assertEquals(5, children.size() + errors.size());
            });
            refused += errors.size();
            spawned += children.size();
        }
        assertTrue(refused > 50 && spawned > 50, refused + " refused, " + spawned + " spawned");
    }

    @Test
    void shouldRefuseALateSpawnWithAPreciseErrorAndLeakNothing() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> errors = new ArrayList<>();
            var made = new AtomicInteger();
            ActorRef<String> parent = system.spawn("p", () -> new Behavior<String>() {
                private void late(ActorContext<String> ctx) {
                    errors.add(assertThrows(
                                    SpawnRefusedException.class,
                                    () -> ctx.spawn("late", () -> {
                                        made.incrementAndGet();
                                        return (message, own) -> {};
                                    }))
                            .getMessage());
                }

                @Override
                public void onMessage(String message, ActorContext<String> ctx) {
                    Strand.sleep(SECOND);
                    assertTrue(ctx.pleaseStop().isGo());
                    late(ctx);
                }

                @Override
                public void onStop(ActorContext<String> ctx) {
                    late(ctx);
                    ctx.children().refs().forEach(ref -> errors.add("left " + ref));
                }
            });
            parent.tell("work");
            Strand.sleep(Duration.ofMillis(1));
            parent.stop();
            parent.join();
            String expected = "/t/p is stopping and takes no more children: late was refused";
            assertEquals(List.of(expected, expected), errors);
            assertEquals(0, made.get());
        });
        var system = MailFixture.builder().start();
        system.shutdown();
        assertThrows(SpawnRefusedException.class, () -> system.spawn("x", () -> (message, ctx) -> {}));
        assertThrows(
                SpawnRefusedException.class, () -> system.spawnAll(List.of(node("x", new ArrayList<>(), List.of()))));
        assertThrows(SpawnRefusedException.class, () -> system.onStopped(() -> {}));
    }

    // Size.

    @Test
    @Tag("slow")
    void shouldStopAChainOf100000() throws Exception {
        var system = MailFixture.builder().start();
        var stopped = new AtomicInteger();
        int depth = 100_000;
        List<ActorContext<Object>> deepest = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            ActorSpec<Object> spec = ActorSpec.behavior("n", () -> new Behavior<>() {
                @Override
                public void onStart(ActorContext<Object> ctx) {
                    if (deepest.isEmpty()) {
                        deepest.add(ctx);
                    }
                    deepest.set(0, ctx);
                }

                @Override
                public void onMessage(Object message, ActorContext<Object> ctx) {}

                @Override
                public void onStop(ActorContext<Object> ctx) {
                    stopped.incrementAndGet();
                }
            });
            if (i == 0) {
                system.spawn(spec);
            } else {
                deepest.getFirst().spawn(spec);
            }
        }
        assertTrue(
                deepest.getFirst().path().startsWith("/t/…/n/n/"),
                deepest.getFirst().path());
        assertTrue(deepest.getFirst().path().length() < 420);
        StopReport report = system.shutdown();
        assertEquals(depth, stopped.get());
        assertTrue(report.isClean());
        assertEquals(depth + 1, report.actors().size());
    }

    @Test
    @Tag("slow")
    void shouldStop100000ChildrenInUnder2Seconds() throws Exception {
        var system = MailFixture.builder().start();
        var stopped = new AtomicInteger();
        Behavior<Object> child = new Behavior<>() {
            @Override
            public void onMessage(Object message, ActorContext<Object> ctx) {}

            @Override
            public void onStop(ActorContext<Object> ctx) {
                stopped.incrementAndGet();
            }
        };
        for (int i = 0; i < 100_000; i++) {
            system.spawn("n" + i, () -> child);
        }
        StopReport report = system.shutdown();
        assertEquals(100_000, stopped.get());
        Duration took = report.took();
        if (took.compareTo(Duration.ofSeconds(2)) >= 0) { // the machine may be busy
            Duration least = Yardstick.threadsInARow(100_000);
            assertTrue(took.compareTo(least.multipliedBy(5)) < 0, () -> "took " + took + ", the JDK alone " + least);
        }
        assertTrue(report.isClean());
    }

    // The mailbox while stopping.

    @Test
    void shouldProcessWhatChildrenSendToTheirParentWhileTheyStop() throws Exception {
        for (long seed = 1; seed <= 50; seed++) {
            List<String> seen = new ArrayList<>();
            List<DeadLetter> letters = new ArrayList<>();
            VirtualTime.run(seed, () -> {
                var system = MailFixture.builder().start();
                system.deadLetters().onDeadLetter(letters::add);
                system.spawn("p", () -> new Behavior<String>() {
                    @Override
                    public void onStart(ActorContext<String> ctx) {
                        for (int i = 0; i < 5; i++) {
                            String name = "c" + i;
                            ctx.spawn(name, () -> new Behavior<Object>() {
                                @Override
                                public void onMessage(Object message, ActorContext<Object> own) {}

                                @Override
                                public void onStop(ActorContext<Object> own) {
                                    ctx.self().tell("bye " + name);
                                    VirtualTime.pause();
                                    ctx.self().tell("really " + name);
                                }
                            });
                        }
                    }

                    @Override
                    public void onMessage(String message, ActorContext<String> ctx) {
                        seen.add(message);
                    }

                    @Override
                    public void onStop(ActorContext<String> ctx) {
                        seen.add("onStop");
                    }
                });
                system.shutdown();
            });
            List<String> expected = new ArrayList<>();
            for (int i = 4; i >= 0; i--) {
                expected.addAll(List.of("bye c" + i, "really c" + i));
            }
            expected.add("onStop");
            assertEquals(expected, seen, "seed " + seed);
            assertEquals(List.of(), letters);
        }
    }

    @Test
    void shouldDrainTheMailboxWhileTheChildrenCanStillBeAsked() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<Integer> replies = new ArrayList<>();
            ActorRef<Integer> parent = system.spawn("p", () -> new Behavior<Integer>() {
                private ActorRef<ReplyTo<Integer>> child;

                @Override
                public void onStart(ActorContext<Integer> ctx) {
                    child = ctx.spawn("child", () -> (replyTo, own) -> replyTo.reply(7));
                }

                @Override
                public void onMessage(Integer message, ActorContext<Integer> ctx) {
                    Strand.sleep(Duration.ofMillis(10));
                    replies.add(message + child.<Integer>ask(r -> r, SECOND));
                }
            });
            parent.tellAll(List.of(100, 200, 300));
            parent.stop();
            parent.join();
            assertEquals(List.of(107, 207, 307), replies);
            assertEquals(new Ledger(3, 3, 0, 0, 0, 0), parent.ledger());
        });
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

    /// Real time, because the race is between the body on its way to its park and the stop on another thread.
    @Test
    @Tag("slow")
    void shouldEndABodyThatIsAboutToWaitWhenItIsStopped() throws Exception {
        MailFixture.inRealSystem(system -> {
            for (int i = 0; i < 50_000; i++) {
                ActorRef<Integer> body = system.spawn(ActorSpec.<Integer>body("b", (inbox, ctx) -> {
                            inbox.forEach(message -> Thread.onSpinWait());
                        })
                        .restart(Restart.TEMPORARY)
                        .grace(LONG.multipliedBy(2)));
                for (int m = i % 7; m > 0; m--) {
                    body.tell(m);
                }
                for (int spin = i % 997; spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                body.stop();
                assertTrue(body.stopped().waitForGo(LONG), () -> "lost: " + body.info());
            }
        });
    }

    @Test
    void shouldSendPleaseStopOnceHoweverOftenItIsAsked() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var told = new AtomicInteger();
            ActorRef<Object> target = system.spawn(ActorSpec.behaviorWith("target", ctx -> {
                ctx.pleaseStop().onGo(told::incrementAndGet);
                return (message, own) -> {};
            }));
            for (int i = 0; i < 5; i++) {
                target.stop();
            }
            target.cancel();
            system.stop();
            system.stop();
            target.join(SECOND);
            assertEquals(1, told.get());
        });
    }

    // dependsOn.

    @Test
    void shouldStartWhatOthersDependOnFirstSoThatItOutlivesThem() throws Exception {
        VirtualTime.run(() -> {
            List<String> stopped = new ArrayList<>();
            var system = MailFixture.builder().start();
            List<ActorRef<?>> started = system.spawnAll(List.of(
                    node("http", stopped, List.of()).dependsOn("db", "cache"),
                    node("cache", stopped, List.of()).dependsOn("db"),
                    node("alone", stopped, List.of()),
                    node("db", stopped, List.of())));
            List<String> names = started.stream().map(ActorRef::name).toList();
            assertTrue(names.indexOf("db") < names.indexOf("cache"), names::toString);
            assertTrue(names.indexOf("cache") < names.indexOf("http"), names::toString);
            system.shutdown();
            assertTrue(stopped.indexOf("/t/db") > stopped.indexOf("/t/cache"), stopped::toString);
            assertTrue(stopped.indexOf("/t/cache") > stopped.indexOf("/t/http"), stopped::toString);
            assertEquals(4, stopped.size());
        });
    }

    @Test
    void shouldRefuseBadDependenciesAndNamesPrecisely() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> none = new ArrayList<>();
            List<ActorSpec<Object>> cycle = List.of(
                    node("x", none, List.of()).dependsOn("a"),
                    node("a", none, List.of()).dependsOn("b"),
                    node("b", none, List.of()).dependsOn("c"),
                    node("c", none, List.of()).dependsOn("a"));
            assertEquals(
                    "dependsOn is cyclic: a -> b -> c -> a",
                    assertThrows(IllegalArgumentException.class, () -> system.spawnAll(cycle))
                            .getMessage());
            assertEquals(
                    "a depends on itself",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> node("a", none, List.of()).dependsOn("a"))
                            .getMessage());
            assertEquals(
                    "/t/http depends on db, which is no living sibling; start it before",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> system.spawn(
                                            node("http", none, List.of()).dependsOn("db")))
                            .getMessage());
            assertEquals(
                    "The name a stands twice",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> system.spawnAll(
                                            List.of(node("a", none, List.of()), node("a", none, List.of()))))
                            .getMessage());
            assertEquals(List.of(), system.children().refs());
            assertEquals(List.of(), none, "nothing was started");

            ActorRef<Object> first = system.spawn(node("a", none, List.of()));
            var taken = assertThrows(NameTakenException.class, () -> system.spawn(node("a", none, List.of())));
            assertEquals(first, taken.ref());
            assertEquals(
                    "An actor /t/a already exists; its name is free again once it has stopped", taken.getMessage());
            first.stop();
            first.join();
            system.spawn(node("a", none, List.of()));

            for (String bad : List.of("", " ", "a/b", "/", "x".repeat(256))) {
                assertEquals(
                        "The name of an actor has 1 to 255 characters, not only blanks and no '/': \"" + bad + "\"",
                        assertThrows(IllegalArgumentException.class, () -> node(bad, none, List.of()))
                                .getMessage());
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ActorSystem.builder(bad).start());
            }
            assertEquals(
                    "An actor needs a name",
                    assertThrows(NullPointerException.class, () -> node(null, none, List.of()))
                            .getMessage());
            assertThrows(NullPointerException.class, () -> system.spawn(null));
            assertThrows(NullPointerException.class, () -> system.spawnAll(null));
            assertEquals(1, system.children().refs().size());
        });
    }

    @Test
    void shouldStopTheOnesAlreadyStartedWhenOneOfManyCannotStart() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> stopped = new ArrayList<>();
                var cause = new IllegalStateException("no port");
                ActorSpec<Object> bad = ActorSpec.behavior("bad", () -> {
                    throw cause;
                });
                var failed = assertThrows(
                        StartFailedException.class,
                        () -> system.spawnAll(List.of(
                                node("a", stopped, List.of()),
                                node("b", stopped, List.of()),
                                bad,
                                node("c", stopped, List.of()))));
                assertEquals(cause, failed.getCause());
                assertEquals(List.of("/t/b", "/t/a"), stopped);
                assertEquals(List.of(), system.children().refs());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    // Callbacks of the system.

    @Test
    void shouldRunCallbacksOnceInReverseOrderBeforeTheEndIsAnnounced() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                List<String> seen = new ArrayList<>();
                var system = MailFixture.builder().start();
                system.onStopped(() -> seen.add("first " + system.stopped().isGo()));
                system.onStopped(() -> {
                    throw new IllegalStateException("bad callback");
                });
                var removed = system.onStopped(() -> seen.add("never"));
                system.onStopped(() -> seen.add("last"));
                assertTrue(removed.remove());
                assertFalse(removed.remove());
                system.shutdown();
                system.shutdown();
                assertEquals(List.of("last", "first false"), seen);
                assertTrue(system.stopped().isGo());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    // The report.

    @Test
    void shouldReportAsTextAndJson() throws Exception {
        try (var log = EngineLog.silent()) {
            VirtualTime.run(() -> {
                var system = MailFixture.builder().start();
                ActorRef<String> odd = system.spawn("odd \"name\" \\ \t ü 😀", () -> (message, ctx) -> {
                    if (message.equals("fail")) {
                        throw new IllegalStateException("with \"quotes\"\nand lines");
                    }
                    Strand.sleep(Duration.ofMillis(10));
                });
                ActorRef<String> slow =
                        system.spawn(ActorSpec.<String>behavior("slow", () -> (message, ctx) -> Strand.sleep(LONG))
                                .grace(SECOND));
                odd.tellAll(List.of("a", "b", "fail"));
                slow.tellAll(List.of("a", "b"));
                Strand.sleep(Duration.ofMillis(1));
                StopReport report = system.shutdown();

                Map<?, ?> json = (Map<?, ?>) new SmallJson(report.toJson()).parse();
                assertEquals("t", json.get("system"));
                assertEquals(1_000.0, json.get("tookMillis"));
                assertEquals(false, json.get("clean"));
                assertEquals(
                        Map.of("clean", 1.0, "cancelled", 1.0, "interrupted", 0.0, "abandoned", 0.0, "failed", 1.0),
                        json.get("counts"));
                assertEquals(
                        Map.of(
                                "accepted",
                                5.0,
                                "processed",
                                4.0,
                                "deadLettered",
                                1.0,
                                "dropped",
                                0.0,
                                "queued",
                                0.0,
                                "overBound",
                                0.0),
                        json.get("ledger"));
                List<?> actors = (List<?>) json.get("actors");
                Map<?, ?> slowJson = (Map<?, ?>) actors.get(1);
                assertEquals("/t/slow", slowJson.get("path"));
                assertEquals("cancelled", slowJson.get("how"));
                assertEquals(1_000.0, slowJson.get("politeMillis"));
                assertEquals(1.0, slowJson.get("left"));
                assertFalse(((List<?>) slowJson.get("stack")).isEmpty());
                Map<?, ?> oddJson = (Map<?, ?>) actors.get(0); // it failed meanwhile
                assertEquals(odd.path(), oddJson.get("path"));
                assertEquals("failed", oddJson.get("how"));
                assertEquals("java.lang.IllegalStateException: with \"quotes\"\nand lines", oddJson.get("cause"));
                assertEquals("/t", ((Map<?, ?>) actors.get(2)).get("path"));

                String text = report.toText();
                assertTrue(
                        text.startsWith("Stop report of t: 3 actors in 1.000 s (1 clean, 1 cancelled, 1 failed)\n"
                                + "  messages: 5 accepted = 4 processed + 1 dead letters + 0 dropped + 0"
                                + " queued\n"),
                        text);
                assertTrue(text.contains("/t/slow") && text.contains(odd.path()), text);
                assertEquals(report, system.report());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldHaveNoReportBeforeTheEnd() throws Exception {
        MailFixture.inVirtualSystem(system -> assertEquals(
                "The system t has not stopped",
                assertThrows(IllegalStateException.class, system::report).getMessage()));
    }

    /// Just enough of a JSON parser to find a report that is none.
    private static final class SmallJson {
        private final String text;
        private int at;

        SmallJson(String text) {
            this.text = text;
        }

        Object parse() {
            Object value = value();
            assertEquals(text.length(), at, "something is left");
            return value;
        }

        private void expect(char c) {
            assertEquals(c, text.charAt(at), "at " + at);
            at++;
        }

        private Object value() {
            return switch (text.charAt(at)) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> word("true", true);
                case 'f' -> word("false", false);
                default -> number();
            };
        }

        private Object word(String word, Object value) {
            assertTrue(text.startsWith(word, at));
            at += word.length();
            return value;
        }

        private Double number() {
            int from = at;
            while ("-.0123456789".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return Double.valueOf(text.substring(from, at));
        }

        private Map<String, Object> object() {
            Map<String, Object> map = new HashMap<>();
            expect('{');
            while (text.charAt(at) != '}') {
                if (!map.isEmpty()) {
                    expect(',');
                }
                String key = string();
                expect(':');
                map.put(key, value());
            }
            expect('}');
            return map;
        }

        private List<Object> array() {
            List<Object> list = new ArrayList<>();
            expect('[');
            while (text.charAt(at) != ']') {
                if (!list.isEmpty()) {
                    expect(',');
                }
                list.add(value());
            }
            expect(']');
            return list;
        }

        private String string() {
            StringBuilder string = new StringBuilder();
            expect('"');
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                assertTrue(c >= ' ', "a raw control character");
                if (c == '\\') {
                    char escaped = text.charAt(at++);
                    switch (escaped) {
                        case 'n' -> string.append('\n');
                        case 'r' -> string.append('\r');
                        case 't' -> string.append('\t');
                        case '"', '\\' -> string.append(escaped);
                        case 'u' -> {
                            string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                            at += 4;
                        }
                        default -> throw new AssertionError("bad escape " + escaped);
                    }
                } else {
                    string.append(c);
                }
            }
            expect('"');
            return string.toString();
        }
    }
}
