package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartTest {
    @Test
    void shouldStartChildrenInTheGivenOrder() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss =
                    system.spawn(probe("boss", events, probe("a", events), probe("b", events), probe("c", events)));
            assertEquals(List.of("start boss", "start a", "start b", "start c"), events.take());
            assertEquals(ActorState.RUNNING, boss.state());
            assertEquals(
                    List.of("c", "b", "a"),
                    boss.info().children().stream().map(ActorRef::name).toList());
        });
    }

    @Test
    void shouldEndAsShutdownAndNothingElseWhenAskedToStop() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("a", events), probe("b", events)));
            events.take();
            boss.stop();
            assertNull(boss.join());
            settle();
            assertEquals(List.of("stop b", "stop a", "stop boss"), events.take());
            assertEquals(List.of("/t/boss/b CLEAN", "/t/boss/a CLEAN", "/t/boss CLEAN"), List.copyOf(events.stopped));
            assertEquals(List.of(), events.judgements());
            assertFalse(lives(system, "boss"), "a stopped actor must not come back");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"constructor", "onStart"})
    void shouldLeaveNoActorButAListedSpecWhenAChildIgnoresItsStart(String where) throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events));
            boss.tell(ctx -> {
                ActorRef<Job> kept = ctx.spawn(ignoring("kept", where));
                ActorRef<Job> gone = ctx.spawn(ignoring("gone", where).restart(Restart.TEMPORARY));
                assertEquals(ActorState.STOPPED, kept.state());
                assertTrue(kept.stopped().isGo());
                assertEquals(ActorState.STOPPED, gone.state());
                assertEquals(Children.Status.TERMINATED, ctx.children().status("kept"));
                assertEquals(Children.Status.UNKNOWN, ctx.children().status("gone"));
                assertEquals(new Children.Counts(1, 0, 0, 0), ctx.children().counts());
                assertEquals(Children.Outcome.DONE, ctx.children().restart("kept"));
                assertEquals(Children.Status.TERMINATED, ctx.children().status("kept"));
                events.add("checked");
            });
            settle();
            assertEquals(List.of("start boss", "checked"), events.take());
            assertEquals(List.of(), events.judgements());
            assertEquals(List.of("/t#1", "/t/boss#1"), List.copyOf(events.started));
            assertEquals(List.of(), List.copyOf(events.stopped));
        });
    }

    private static ActorSpec<Job> ignoring(String name, String where) {
        return ActorSpec.behaviorWith(name, ctx -> {
            if (where.equals("constructor")) {
                throw new IgnoreStartException("not wanted");
            }
            return new Behavior<>() {
                @Override
                public void onStart(ActorContext<Job> own) {
                    throw new IgnoreStartException("not wanted");
                }

                @Override
                public void onMessage(Job job, ActorContext<Job> own) {}
            };
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"new", "start"})
    void shouldGiveTheVeryCauseAndLeaveNothingWhenAChildCannotStart(String where) throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("other", events)));
            events.take();
            boss.tell(ctx -> {
                events.trap(where + " bad", 1);
                ActorSpec<Job> spec = probe("bad", events, probe("grandchild", events));
                StartFailedException thrown = assertThrows(StartFailedException.class, () -> ctx.spawn(spec));
                assertEquals(where + " bad", thrown.getCause().getMessage());
                assertEquals(Boom.class, thrown.getCause().getClass());
                assertEquals(Children.Status.UNKNOWN, ctx.children().status("bad"));
                assertEquals(new Children.Counts(1, 1, 0, 1), ctx.children().counts());
                assertEquals(List.of(), ctx.failures());
                assertFalse(lives(system, "boss/bad"));
                events.take();
                ctx.spawn(spec); // the name is free
                events.add("checked");
            });
            settle();
            assertEquals(List.of("start bad", "start grandchild", "checked"), events.take());
            assertEquals(List.of(), events.judgements());
            assertEquals(List.of(), List.copyOf(events.childFailures));
            assertEquals(List.of(), List.copyOf(events.stopped));
            assertEquals(1, at(system, "boss/bad").info().incarnation());
        });
    }

    @Test
    void shouldStopTheGrandchildrenOfAChildThatCannotStart() throws Exception {
        Trials.run((system, events) -> {
            assertThrows(
                    StartFailedException.class,
                    () -> system.spawn(ActorSpec.<Job>behaviorWith("bad", ctx -> {
                        ctx.spawn(probe("grandchild", events));
                        throw new Boom("after all");
                    })));
            assertEquals(List.of("start grandchild", "stop grandchild"), events.take());
            assertEquals(new Children.Counts(0, 0, 0, 0), system.children().counts());
        });
    }

    @Test
    void shouldKeepTheOldSpecListedWhenAnotherOfItsNameCannotStart() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("a", events));
            assertEquals(Children.Outcome.DONE, system.children().terminate("a"));
            events.trap("new a", 1);
            assertThrows(StartFailedException.class, () -> system.spawn(probe("a", events)));
            assertEquals(Children.Status.TERMINATED, system.children().status("a"));
            assertEquals(new Children.Counts(1, 0, 0, 0), system.children().counts());
        });
    }

    @Test
    void shouldFailAParentThatCannotStartItsChildren() throws Exception {
        Trials.run((system, events) -> {
            events.trap("start b", 1);
            StartFailedException thrown = assertThrows(
                    StartFailedException.class,
                    () -> system.spawn(
                            probe("boss", events, probe("a", events), probe("b", events), probe("c", events))));
            assertEquals("start b", thrown.getCause().getCause().getMessage());
            assertEquals(List.of("start boss", "start a", "start b", "stop a"), events.take());
            assertFalse(lives(system, "boss"));
        });
    }

    @Test
    void shouldRefuseAFactoryThatMakesNothing() throws Exception {
        Trials.run((system, events) -> {
            StartFailedException thrown = assertThrows(
                    StartFailedException.class, () -> system.spawn(ActorSpec.<Job>behavior("none", () -> null)));
            assertTrue(thrown.getCause().getMessage().contains("/t/none"), thrown.getCause()::getMessage);
        });
    }

    @Test
    void shouldRestartABehaviorButNotABodyAfterANormalEndByDefault() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> behavior = system.spawn(probe("behavior", events));
            ActorRef<Job> body = system.spawnBody("body", (inbox, ctx) -> {});
            behavior.tell(ActorContext::stop);
            body.join();
            settle();
            assertEquals(2, behavior.info().incarnation());
            assertEquals(ActorState.RUNNING, behavior.state());
            assertEquals(ActorState.STOPPED, body.state());
        });
    }

    @Test
    void shouldCancelALeafAfterFiveSecondsByDefault() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> leaf = system.spawnBody("leaf", (inbox, ctx) -> Strand.sleep(Duration.ofHours(1)));
            settle();
            Duration before = VirtualTime.elapsed();
            leaf.stop();
            leaf.join();
            assertEquals(Duration.ofSeconds(5), VirtualTime.elapsed().minus(before));
            assertEquals(List.of("/t/leaf CANCELLED"), List.copyOf(events.stopped));
        });
    }

    @Test
    void shouldGiveParentsUnlimitedGraceByDefault() throws Exception {
        Trials.run(builder -> builder.budget(Duration.ofDays(1)), (system, events) -> {
            ActorSpec<Job> slow = ActorSpec.<Job>body("slow", (inbox, ctx) -> {
                        ctx.pleaseStop().waitForGo();
                        Strand.sleep(Duration.ofHours(1));
                    })
                    .grace(Duration.ofHours(2));
            ActorRef<Job> boss = system.spawn(probe("boss", events, slow));
            settle();
            boss.stop();
            boss.join();
            assertEquals(List.of("/t/boss/slow CLEAN", "/t/boss CLEAN"), List.copyOf(events.stopped));
        });
    }

    @Test
    void shouldNameWhatIsWrongInASpec() throws Exception {
        says("An actor needs a name", NullPointerException.class, () -> ActorSpec.behavior(null, () -> (m, c) -> {}));
        for (String bad : List.of("", "  ", "a/b", "x".repeat(256))) {
            says(bad, IllegalArgumentException.class, () -> ActorSpec.body(bad, (inbox, ctx) -> {}));
        }
        ActorSpec<Job> spec = ActorSpec.behavior("a", () -> (m, c) -> {});
        says("grace", IllegalArgumentException.class, () -> spec.grace(Duration.ofNanos(-1)));
        says("strategy", NullPointerException.class, () -> Supervision.DEFAULT.strategy(null));
        says("period", IllegalArgumentException.class, () -> Supervision.DEFAULT.intensity(1, Duration.ZERO));
        says("period", IllegalArgumentException.class, () -> Supervision.DEFAULT.intensity(1, Duration.ofSeconds(-1)));
        says("restarts", IllegalArgumentException.class, () -> Supervision.DEFAULT.intensity(-1, Duration.ofDays(1)));
        says("itself", IllegalArgumentException.class, () -> spec.dependsOn("b", "a"));
        says("2 attempts", IllegalArgumentException.class, () -> spec.retryFailedMessage(1));
        says("back-off", IllegalArgumentException.class, () -> new BackOff(Duration.ofNanos(-1), Duration.ZERO, 0));
        says("back-off", IllegalArgumentException.class, () -> new BackOff(Duration.ofDays(1), Duration.ZERO, 0));
        says("Jitter", IllegalArgumentException.class, () -> new BackOff(Duration.ZERO, Duration.ZERO, Double.NaN));
        says("factory", NullPointerException.class, () -> ActorSpec.behavior("a", null));
        says(
                "budget",
                IllegalArgumentException.class,
                () -> ActorSystem.builder("t").budget(Duration.ZERO));
        Trials.run((system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events));
            NameTakenException taken = assertThrows(NameTakenException.class, () -> system.spawn(spec));
            assertSame(a, taken.ref());
            says(
                    "/t/b depends on z",
                    IllegalArgumentException.class,
                    () -> system.spawn(probe("b", events).dependsOn("a", "z")));
            says(
                    "transient or temporary",
                    IllegalArgumentException.class,
                    () -> system.spawn(probe("c", events).significant()));
            assertEquals(new Children.Counts(1, 1, 0, 1), system.children().counts());
        });
    }

    private static void says(
            String part, Class<? extends Exception> type, org.junit.jupiter.api.function.Executable e) {
        Exception thrown = assertThrows(type, e);
        assertTrue(thrown.getMessage().contains(part), () -> thrown.getMessage() + " does not say: " + part);
    }

    @Test
    void shouldStartSiblingsAfterThoseTheyDependOn() throws Exception {
        Trials.run((system, events) -> {
            List<ActorRef<?>> refs = system.spawnAll(List.of(
                    probe("http", events).dependsOn("orders"),
                    probe("log", events),
                    probe("orders", events).dependsOn("db"),
                    probe("db", events)));
            assertEquals(4, refs.size());
            List<String> order = events.take();
            assertTrue(order.indexOf("start db") < order.indexOf("start orders"), order::toString);
            assertTrue(order.indexOf("start orders") < order.indexOf("start http"), order::toString);
            system.shutdown();
            List<String> stops = order.reversed().stream()
                    .map(start -> start.replace("start", "stop"))
                    .toList();
            assertEquals(stops, events.take());
        });
    }

    @Test
    void shouldRefuseACycleOfDependencies() throws Exception {
        Trials.run((system, events) -> {
            says(
                    "a -> b -> c -> a",
                    IllegalArgumentException.class,
                    () -> system.spawnAll(List.of(
                            probe("a", events).dependsOn("b"),
                            probe("b", events).dependsOn("c"),
                            probe("c", events).dependsOn("a"))));
            assertEquals(List.of(), events.take());
        });
    }

    @Test
    void shouldStopThoseAlreadyStartedWhenOneOfAllCannotStart() throws Exception {
        Trials.run((system, events) -> {
            events.trap("start c", 1);
            List<ActorSpec<Job>> specs = Stream.of("a", "b", "c", "d")
                    .map(name -> probe(name, events))
                    .toList();
            assertThrows(StartFailedException.class, () -> system.spawnAll(specs));
            assertEquals(List.of("start a", "start b", "start c", "stop b", "stop a"), events.take());
            assertEquals(0, system.children().counts().active());
        });
    }

    @Test
    void shouldNotWaitForABody() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> body = system.spawnBody("body", (inbox, ctx) -> {
                events.add("runs");
                seconds(1);
            });
            assertTrue(body.awaitReady(Duration.ofMillis(1)));
            assertEquals(List.of("runs"), waitAndTake(events));
        });
    }

    private static List<String> waitAndTake(Events events) {
        settle();
        return events.take();
    }
}
