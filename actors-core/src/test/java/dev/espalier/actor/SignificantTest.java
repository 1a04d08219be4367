package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.lives;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Job;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Parents that end with their significant children.
class SignificantTest {
    private static ActorSpec<Job> significant(String name, Events events, Restart restart) {
        return probe(name, events).restart(restart).significant();
    }

    private static ActorSpec<Job> boss(Events events, AutoShutdown auto, ActorSpec<?>... children) {
        return probe("boss", events, children)
                .supervision(Supervision.DEFAULT.autoShutdown(auto))
                .restart(Restart.TRANSIENT);
    }

    /// With a child a, which is significant.
    private static ActorRef<Job> bossOfOne(ActorSystem system, Events events, AutoShutdown auto) {
        return system.spawn(boss(events, auto, significant("a", events, Restart.TRANSIENT)));
    }

    /// With a and b, which are significant, and c.
    private static ActorRef<Job> bossOfThree(ActorSystem system, Events events, AutoShutdown auto) {
        ActorRef<Job> boss = system.spawn(boss(
                events,
                auto,
                significant("a", events, Restart.TRANSIENT),
                significant("b", events, Restart.TEMPORARY),
                probe("c", events)));
        events.take();
        return boss;
    }

    @Test
    void shouldEndWithTheFirstSignificantChild() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = bossOfThree(system, events, AutoShutdown.ANY_SIGNIFICANT);
            at(system, "boss/a").tell(ActorContext::stop);
            boss.join(Duration.ofSeconds(1));
            assertEquals(List.of("stop a", "stop c", "stop b", "stop boss"), events.take());
            settle();
            assertFalse(lives(system, "boss"), "an automatic end is a normal one");
            assertEquals(List.of(), events.judgements());
        });
    }

    @Test
    void shouldEndWithTheLastSignificantChild() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = bossOfThree(system, events, AutoShutdown.ALL_SIGNIFICANT);
            at(system, "boss/a").tell(ActorContext::stop);
            settle();
            assertEquals(ActorState.RUNNING, boss.state());
            assertEquals(List.of("stop a"), events.take());
            crash(at(system, "boss/b")); // temporary: also a failure is its end
            boss.join(Duration.ofSeconds(1));
            assertEquals(List.of("stop b", "stop c", "stop boss"), events.take());
        });
    }

    @Test
    void shouldNotEndByDefault() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = bossOfOne(system, events, AutoShutdown.NEVER);
            at(system, "boss/a").tell(ActorContext::stop);
            settle();
            assertEquals(ActorState.RUNNING, boss.state());
            assertEquals(AutoShutdown.NEVER, Supervision.DEFAULT.autoShutdown());
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = AutoShutdown.class,
            names = {"ANY_SIGNIFICANT", "ALL_SIGNIFICANT"})
    void shouldNotEndWithOrdinaryChildren(AutoShutdown auto) throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(boss(
                    events,
                    auto,
                    significant("a", events, Restart.TRANSIENT),
                    probe("b", events).restart(Restart.TRANSIENT)));
            at(system, "boss/b").tell(ActorContext::stop);
            settle();
            assertFalse(lives(system, "boss/b"));
            assertEquals(ActorState.RUNNING, boss.state());
        });
    }

    @Test
    void shouldRestartATransientSignificantChildThatFails() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = bossOfOne(system, events, AutoShutdown.ANY_SIGNIFICANT);
            crash(at(system, "boss/a"));
            settle();
            assertEquals(2, at(system, "boss/a").info().incarnation());
            assertEquals(ActorState.RUNNING, boss.state());
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = AutoShutdown.class,
            names = {"ANY_SIGNIFICANT", "ALL_SIGNIFICANT"})
    void shouldNotCountAnEndByTheParentItself(AutoShutdown auto) throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = bossOfOne(system, events, auto);
            List<Job> ways = List.of(
                    ctx -> assertEquals(Children.Outcome.DONE, ctx.children().terminate("a")),
                    ctx -> ctx.children().find("a").orElseThrow().stop(),
                    ctx -> ctx.children().find("a").orElseThrow().cancel());
            for (Job way : ways) {
                boss.tell(way);
                settle();
                assertFalse(lives(system, "boss/a"));
                assertEquals(ActorState.RUNNING, boss.state());
                boss.tell(ctx -> ctx.children().restart("a"));
                settle();
            }
            assertTrue(lives(system, "boss/a"));
            assertEquals(List.of(), events.judgements());
        });
    }

    @Test
    void shouldCountAStopBySomebodyElse() throws Exception {
        List<BiConsumer<ActorSystem, ActorRef<Job>>> ways = List.of(
                (system, a) -> a.stop(),
                (system, a) -> a.cancel(),
                (system, a) -> at(system, "boss/b").tell(ctx -> a.stop()),
                (system, a) -> at(system, "boss/a/below").tell(ctx -> a.stop()));
        for (BiConsumer<ActorSystem, ActorRef<Job>> way : ways) {
            Trials.run((system, events) -> {
                ActorSpec<Job> a = probe("a", events, probe("below", events))
                        .restart(Restart.TRANSIENT)
                        .significant();
                ActorRef<Job> boss = system.spawn(boss(events, AutoShutdown.ANY_SIGNIFICANT, a, probe("b", events)));
                way.accept(system, at(system, "boss/a"));
                boss.join(Duration.ofSeconds(1));
                assertFalse(lives(system, "boss"));
            });
        }
    }

    @Test
    void shouldNotCountATemporaryChildThatGoesDownWithItsGroup() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(boss(
                            events,
                            AutoShutdown.ANY_SIGNIFICANT,
                            significant("a", events, Restart.TEMPORARY),
                            probe("b", events))
                    .supervision(Supervision.oneForAll().autoShutdown(AutoShutdown.ANY_SIGNIFICANT)));
            crash(at(system, "boss/b"));
            settle();
            assertFalse(lives(system, "boss/a"));
            assertEquals(ActorState.RUNNING, boss.state());
            assertEquals(2, at(system, "boss/b").info().incarnation());
        });
    }

    @Test
    void shouldEndACascade() throws Exception {
        Trials.run((system, events) -> {
            Supervision any = Supervision.DEFAULT.autoShutdown(AutoShutdown.ANY_SIGNIFICANT);
            ActorSpec<Job> inner = probe("inner", events, significant("leaf", events, Restart.TRANSIENT))
                    .supervision(any)
                    .restart(Restart.TRANSIENT)
                    .significant();
            ActorSpec<Job> middle = probe("middle", events, inner, probe("side", events))
                    .supervision(any)
                    .restart(Restart.TRANSIENT)
                    .significant();
            ActorRef<Job> outer =
                    system.spawn(probe("outer", events, middle).supervision(any).restart(Restart.TRANSIENT));
            events.take();
            at(system, "outer/middle/inner/leaf").tell(ActorContext::stop);
            outer.join(Duration.ofSeconds(1));
            assertEquals(List.of("stop leaf", "stop inner", "stop side", "stop middle", "stop outer"), events.take());
            assertEquals(List.of(), events.judgements());
        });
    }

    @Test
    void shouldRestartAPermanentParentThatEndedWithItsChildren() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss =
                    system.spawn(boss(events, AutoShutdown.ANY_SIGNIFICANT, significant("a", events, Restart.TRANSIENT))
                            .restart(Restart.PERMANENT));
            at(system, "boss/a").tell(ActorContext::stop);
            settle();
            assertEquals(2, boss.info().incarnation());
            assertTrue(lives(system, "boss/a"));
        });
    }

    @Test
    void shouldStopTheSystemWithASignificantActorAtTheTop() throws Exception {
        Supervision any = Supervision.DEFAULT.autoShutdown(AutoShutdown.ANY_SIGNIFICANT);
        Trials.run(builder -> builder.supervision(any), (system, events) -> {
            system.spawn(probe("other", events));
            ActorRef<Job> a = system.spawn(significant("a", events, Restart.TRANSIENT));
            events.take();
            a.tell(ActorContext::stop);
            StopReport report = system.awaitShutdown();
            assertTrue(report.isClean(), report::toText);
            assertEquals(List.of("stop a", "stop other"), events.take());
        });
    }

    @Test
    void shouldRefuseASignificantPermanentChild() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> bad = significant("a", events, Restart.PERMANENT);
            IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, () -> system.spawn(bad));
            assertTrue(thrown.getMessage().contains("transient or temporary: a"), thrown::getMessage);
            assertFalse(lives(system, "a"));
        });
    }
}
