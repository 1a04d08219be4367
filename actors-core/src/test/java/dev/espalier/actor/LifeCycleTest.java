package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The hooks of one actor, its context, its name.
class LifeCycleTest {
    @Test
    void shouldRunHooksInOrder() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            crash(ref);
            crash(ref);
            ref.tell(ctx -> events.add("message"));
            settle();
            ref.stop();
            ref.join();
            settle();
            assertEquals(
                    List.of("start a", "before a", "after a", "before a", "after a", "message", "stop a"),
                    events.take());
        });
    }

    @Test
    void shouldCallOnStartAgainByDefault() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(ActorSpec.<Job>behavior("a", () -> new Behavior<>() {
                @Override
                public void onStart(ActorContext<Job> ctx) {
                    events.add("start " + ctx.incarnation());
                }

                @Override
                public void onMessage(Job job, ActorContext<Job> ctx) throws Exception {
                    job.run(ctx);
                }
            }));
            crash(ref);
            settle();
            assertEquals(List.of("start 1", "start 2"), events.take());
        });
    }

    @Test
    void shouldRunBeforeRestartOnTheOldAndAfterRestartOnTheFreshObject() throws Exception {
        Trials.run((system, events) -> {
            List<Object> objects = new ArrayList<>();
            ActorRef<Job> ref = system.spawn(ActorSpec.<Job>behavior("a", () -> new Behavior<>() {
                @Override
                public void onMessage(Job job, ActorContext<Job> ctx) throws Exception {
                    objects.add(this);
                    job.run(ctx);
                }

                @Override
                public void beforeRestart(ActorContext<Job> ctx) {
                    objects.add(this);
                    events.add("before " + ctx.incarnation());
                }

                @Override
                public void afterRestart(ActorContext<Job> ctx) {
                    objects.add(this);
                    events.add("after " + ctx.incarnation());
                }

                @Override
                public void onStop(ActorContext<Job> ctx) {
                    objects.add(this);
                    events.add("stop " + ctx.incarnation());
                }
            }));
            crash(ref);
            settle();
            ref.stop();
            ref.join();
            assertEquals(List.of("before 1", "after 2", "stop 2"), events.take());
            assertEquals(4, objects.size());
            assertSame(objects.getFirst(), objects.get(1));
            assertNotSame(objects.get(1), objects.get(2));
            assertSame(objects.get(2), objects.get(3));
        });
    }

    @Test
    void shouldReportAnExceptionOfOnStopAndStopAllTheSame() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("a", events), probe("b", events)));
            for (String name : List.of("boss", "a", "b")) {
                events.trap("stop " + name, 1);
            }
            events.take();
            boss.stop();
            boss.join();
            settle();
            assertEquals(List.of("stop b", "stop a", "stop boss"), events.take());
            assertEquals(
                    List.of("/t/boss/b onStop stop b", "/t/boss/a onStop stop a", "/t/boss onStop stop boss"),
                    List.copyOf(events.hookFailures));
            assertEquals(List.of(), events.judgements());
        });
    }

    @Test
    void shouldReportAnExceptionOfBeforeRestartAndRestartAllTheSame() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            events.trap("before a", 1);
            crash(ref);
            settle();
            assertEquals(List.of("start a", "before a", "after a"), events.take());
            assertEquals(List.of("/t/a beforeRestart before a"), List.copyOf(events.hookFailures));
            assertEquals(List.of("/t/a RESTART"), events.judgements());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"new a", "after a"})
    void shouldRetryARestartThatFails(String hook) throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            events.trap(hook, 2);
            crash(ref);
            ref.tell(ctx -> events.add("in " + ctx.incarnation()));
            settle();
            assertEquals("in 4", events.take().getLast());
            assertEquals(List.of("/t/a RESTART", "/t/a RESTART", "/t/a RESTART"), events.judgements());
        });
    }

    @Test
    void shouldRunNoHookOfAnIncarnationThatHasNoObject() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            events.trap("new a", 2);
            crash(ref);
            settle();
            assertEquals(List.of("start a", "before a", "after a"), events.take());
            assertEquals(4, ref.info().incarnation());
        });
    }

    @Test
    void shouldRunNoHookAfterOnStop() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(ctx -> {
                ctx.timers().fixedRate("t", own -> events.add("tick"), Duration.ofMillis(1));
                ctx.execute(() -> events.add("executed"));
            });
            settle();
            crash(ref);
            settle();
            ref.stop();
            ref.join();
            ref.stop();
            ref.cancel();
            crash(ref);
            seconds(10);
            List<String> all = events.take();
            assertEquals("stop a", all.getLast());
            assertEquals(1, all.stream().filter("stop a"::equals).count());
        });
    }

    @Test
    void shouldRunOnStopOnceWhateverStopsIt() throws Exception {
        Trials.run((system, events) -> {
            List<Runnable> stops = new ArrayList<>();
            ActorRef<Job> ref = system.spawn(probe("a", events));
            stops.add(ref::stop);
            stops.add(ref::cancel);
            stops.add(() -> crash(ref));
            stops.add(() -> ref.tell(ActorContext::stop));
            stops.add(system::stop);
            for (Runnable stop : stops) {
                dev.espalier.sync.Strand.start("stopper", stop);
            }
            ref.stopped().waitForGo();
            settle();
            assertEquals(1, events.take().stream().filter("stop a"::equals).count());
        });
    }

    @Test
    void shouldRunNoHookOfAnActorThatNeverStarted() throws Exception {
        Trials.run((system, events) -> {
            events.trap("start a", 1);
            assertThrows(StartFailedException.class, () -> system.spawn(probe("a", events)));
            settle();
            assertEquals(List.of("start a"), events.take());
        });
    }

    @Test
    void shouldSayClearlyThatAContextHasEnded() throws Exception {
        Trials.run((system, events) -> {
            List<ActorContext<Job>> contexts = new ArrayList<>();
            ActorRef<Job> other = system.spawn(probe("other", events));
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(contexts::add);
            settle();
            crash(ref);
            settle();
            ref.tell(contexts::add);
            settle();
            assertUsable(contexts.getLast());
            assertEnded(contexts.getFirst(), other, "incarnation 1");
            ref.stop();
            ref.join();
            assertEnded(contexts.getLast(), other, "incarnation 2");
            assertEquals("/t/a", contexts.getLast().path());
            assertSame(ref, contexts.getLast().self());
        });
    }

    private static void assertUsable(ActorContext<Job> ctx) {
        ctx.spawn("child", () -> (job, own) -> {});
    }

    private static void assertEnded(ActorContext<Job> ctx, ActorRef<Job> other, String which) {
        List<Executable> uses = List.of(
                () -> ctx.spawn("x", () -> (job, own) -> {}),
                () -> ctx.spawnAll(List.of()),
                () -> ctx.supervise(Supervision.DEFAULT),
                ctx::stop,
                () -> ctx.watch(other, ref -> {}),
                () -> ctx.watchWith(other, own -> {}),
                ctx::timers,
                () -> ctx.become((job, own) -> {}),
                ctx::stash,
                ctx::unstashAll,
                () -> ctx.<Job, Integer>ask(
                        other, reply -> own -> reply.reply(1), Duration.ofSeconds(1), (r, e) -> own -> {}));
        for (Executable use : uses) {
            ActorStoppedException thrown = assertThrows(ActorStoppedException.class, use);
            assertTrue(thrown.getMessage().contains("/t/a"), thrown::getMessage);
            assertTrue(thrown.getMessage().contains(which), thrown::getMessage);
        }
    }

    @Test
    void shouldGiveEachIncarnationItsOwnPleaseStop() throws Exception {
        Trials.run((system, events) -> {
            List<Signal> signals = new ArrayList<>();
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(ctx -> signals.add(ctx.pleaseStop()));
            crash(ref);
            ref.tell(ctx -> signals.add(ctx.pleaseStop()));
            settle();
            assertTrue(signals.getFirst().isGo());
            assertFalse(signals.getLast().isGo());
            ref.stop();
            assertTrue(signals.getLast().isGo());
        });
    }

    @Test
    void shouldFreeANameOnlyWhenTheOldActorHasStopped() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> slow = ActorSpec.body("a", (inbox, ctx) -> {
                ctx.pleaseStop().waitForGo();
                seconds(1);
            });
            ActorRef<Job> old = system.spawn(slow);
            settle();
            old.stop();
            seconds(0.5);
            NameTakenException taken = assertThrows(NameTakenException.class, () -> system.spawn(slow));
            assertSame(old, taken.ref());
            old.join();
            ActorRef<Job> fresh = system.spawn(slow);
            assertNotSame(old, fresh);
            assertEquals(old.path(), fresh.path());
        });
    }

    @Test
    void shouldFreeTheNameBeforeStoppedGoes() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> old = system.spawn(probe("a", events));
            old.stopped().onGo(() -> {
                system.spawn(probe("a", events));
                events.add("reused");
            });
            old.stop();
            old.join();
            settle();
            assertTrue(events.take().contains("reused"));
            assertTrue(lives(system, "a"));
        });
    }

    @Test
    void shouldMakeNamedChildrenOfTheConstructorAgainInARestart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(ActorSpec.<Job>behaviorWith("boss", ctx -> {
                ActorRef<Job> child = ctx.spawn(probe("child", events));
                return (job, own) -> {
                    child.tell(inner -> events.add("asked by " + own.incarnation()));
                    job.run(own);
                };
            }));
            ActorRef<Job> first = at(system, "boss/child");
            boss.tell(ctx -> {
                throw new Boom("restart");
            });
            boss.tell(ctx -> {});
            settle();
            ActorRef<Job> second = at(system, "boss/child");
            assertNotSame(first, second);
            assertEquals(ActorState.STOPPED, first.state());
            assertEquals(
                    List.of("start child", "asked by 1", "stop child", "start child", "asked by 2"), events.take());
        });
    }

    @Test
    void shouldStopChildrenBeforeTheHookOfTheRestart() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("boss", events, probe("a", events), probe("b", events)));
            events.take();
            crash(at(system, "boss"));
            settle();
            assertEquals(List.of("stop b", "stop a", "before boss", "after boss", "start a", "start b"), events.take());
        });
    }

    @Test
    void shouldRefuseChildrenFromTheStopOn() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events));
            boss.tell(ctx -> {
                ctx.stop();
                SpawnRefusedException thrown =
                        assertThrows(SpawnRefusedException.class, () -> ctx.spawn(probe("late", events)));
                assertTrue(thrown.getMessage().contains("/t/boss"), thrown::getMessage);
                events.add("refused");
            });
            settle();
            assertTrue(events.take().contains("refused"));
        });
    }

    @Test
    void shouldDropTicksOfTheOldIncarnation() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> ref = system.spawn(probe("a", events));
            ref.tell(ctx -> {
                ctx.timers().once("t", own -> events.add("tick"), Duration.ofSeconds(1));
                throw Trials.crash();
            });
            seconds(5);
            assertEquals(List.of("start a", "before a", "after a"), events.take());
        });
    }
}
