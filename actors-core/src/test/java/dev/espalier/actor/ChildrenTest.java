package dev.espalier.actor;

import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Children.Counts;
import dev.espalier.actor.Children.Outcome;
import dev.espalier.actor.Children.Status;
import dev.espalier.actor.Trials.Job;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The administration of children.
class ChildrenTest {
    @Test
    void shouldReturnTheRefWhenStartedTwice() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events));
            NameTakenException taken = assertThrows(NameTakenException.class, () -> system.spawn(probe("a", events)));
            assertSame(a, taken.ref());
            assertEquals(List.of("start a"), events.take());
            assertEquals(ActorState.RUNNING, a.state());
        });
    }

    @Test
    void shouldNotFindTheUnknown() throws Exception {
        Trials.run((system, events) -> {
            Children children = system.children();
            assertEquals(Outcome.NOT_FOUND, children.terminate("x"));
            assertEquals(Outcome.NOT_FOUND, children.restart("x"));
            assertEquals(Outcome.NOT_FOUND, children.delete("x"));
            assertEquals(Status.UNKNOWN, children.status("x"));
            assertEquals(Optional.empty(), children.find("x"));
        });
    }

    @Test
    void shouldTellAliveTerminatedAndDeletedApart() throws Exception {
        Trials.run((system, events) -> {
            Children children = system.children();
            ActorRef<Job> a = system.spawn(probe("a", events));
            assertEquals(Status.ALIVE, children.status("a"));
            assertSame(a, children.find("a").orElseThrow());
            assertEquals(Outcome.DONE, children.terminate("a"));
            assertEquals(Status.TERMINATED, children.status("a"));
            assertTrue(children.find("a").isEmpty());
            assertEquals(Outcome.DONE, children.delete("a"));
            assertEquals(Status.UNKNOWN, children.status("a"));
            assertEquals(Outcome.NOT_FOUND, children.delete("a"));
        });
    }

    @Test
    void shouldTerminateOnceAndStayDone() throws Exception {
        Trials.run((system, events) -> {
            Children children = system.children();
            ActorRef<Job> a = system.spawn(probe("a", events));
            assertEquals(Outcome.DONE, children.terminate("a"));
            assertEquals(ActorState.STOPPED, a.state());
            assertEquals(Outcome.DONE, children.terminate("a"));
            settle();
            assertEquals(List.of("start a", "stop a"), events.take());
        });
    }

    @Test
    void shouldForgetATemporaryChildWhenItIsTerminated() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("a", events).restart(Restart.TEMPORARY));
            assertEquals(Outcome.DONE, system.children().terminate("a"));
            assertEquals(Status.UNKNOWN, system.children().status("a"));
            assertEquals(Outcome.NOT_FOUND, system.children().terminate("a"));
            assertEquals(Outcome.NOT_FOUND, system.children().restart("a"));
        });
    }

    @Test
    void shouldNotRestartOrDeleteARunningChild() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events));
            assertEquals(Outcome.RUNNING, system.children().restart("a"));
            assertEquals(Outcome.RUNNING, system.children().delete("a"));
            assertEquals(1, a.info().incarnation());
            assertEquals(List.of("start a"), events.take());
        });
    }

    @Test
    void shouldRestartATerminatedChildAsANewActor() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> old = system.spawn(probe("a", events));
            system.children().terminate("a");
            assertEquals(Outcome.DONE, system.children().restart("a"));
            ActorRef<?> fresh = system.children().find("a").orElseThrow();
            assertNotSame(old, fresh);
            assertEquals(ActorState.STOPPED, old.state());
            assertEquals(ActorState.RUNNING, fresh.state());
            assertEquals(List.of("start a", "stop a", "start a"), events.take());
            assertEquals(new Counts(1, 1, 0, 1), system.children().counts());
        });
    }

    @Test
    void shouldKeepTheSpecWhenARestartByHandFails() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("a", events));
            system.children().terminate("a");
            events.trap("start a", 1);
            StartFailedException thrown = assertThrows(
                    StartFailedException.class, () -> system.children().restart("a"));
            assertEquals("start a", thrown.getCause().getMessage());
            assertEquals(Status.TERMINATED, system.children().status("a"));
            assertEquals(Outcome.DONE, system.children().restart("a"));
        });
    }

    @Test
    void shouldNotTerminateAForeignActor() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events, probe("own", events)));
            ActorRef<Job> foreign = system.spawn(probe("foreign", events));
            boss.tell(ctx -> events.add(ctx.children().terminate("foreign") + " "
                    + ctx.children().terminate("/t/foreign") + " "
                    + ctx.children().restart("boss") + " "
                    + ctx.children().delete("foreign")));
            settle();
            assertTrue(events.take().contains("NOT_FOUND NOT_FOUND NOT_FOUND NOT_FOUND"));
            assertEquals(ActorState.RUNNING, foreign.state());
        });
    }

    @Test
    void shouldCountExactlyAfterEveryStep() throws Exception {
        Trials.run((system, events) -> {
            Children children = system.children();
            assertEquals(new Counts(0, 0, 0, 0), children.counts());
            ActorRef<Job> a = system.spawn(probe("a", events));
            assertEquals(new Counts(1, 1, 0, 1), children.counts());
            system.spawn(probe("b", events, probe("b1", events)));
            assertEquals(new Counts(2, 2, 1, 1), children.counts());
            ActorRef<Job> temporary = system.spawn(probe("c", events).restart(Restart.TEMPORARY));
            assertEquals(new Counts(3, 3, 1, 2), children.counts());
            crash(a);
            settle();
            assertEquals(new Counts(3, 3, 1, 2), children.counts());
            crash(temporary);
            settle();
            assertEquals(new Counts(2, 2, 1, 1), children.counts());
            children.terminate("b");
            assertEquals(new Counts(2, 1, 0, 1), children.counts());
            children.restart("b");
            assertEquals(new Counts(2, 2, 1, 1), children.counts());
            children.terminate("a");
            children.delete("a");
            assertEquals(new Counts(1, 1, 1, 0), children.counts());
            children.terminate("b");
            assertEquals(new Counts(1, 0, 0, 0), children.counts());
            children.delete("b");
            assertEquals(new Counts(0, 0, 0, 0), children.counts());
        });
    }

    @Test
    void shouldListTheNewestFirst() throws Exception {
        Trials.run((system, events) -> {
            List.of("a", "b", "c").forEach(name -> system.spawn(probe(name, events)));
            assertEquals(
                    List.of("c", "b", "a"),
                    system.children().refs().stream().map(ActorRef::name).toList());
            crash(Trials.at(system, "a"));
            settle();
            assertEquals(
                    List.of("c", "b", "a"),
                    system.children().refs().stream().map(ActorRef::name).toList());
        });
    }

    @Test
    void shouldKeepOnlyABoundedNumberOfSpecsOfEndedChildren() throws Exception {
        Trials.once(builder -> builder, (system, events) -> {
            for (int i = 0; i < 1_100; i++) {
                ActorRef<Job> ref = system.spawn(probe("child-" + i, events));
                ref.stop();
                ref.join();
            }
            assertEquals(new Counts(1_000, 0, 0, 0), system.children().counts());
            assertEquals(Status.UNKNOWN, system.children().status("child-99"));
            assertEquals(Status.TERMINATED, system.children().status("child-100"));
        });
    }

    @Test
    void shouldForgetWhoHasEndedWhenTheParentIsRestarted() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(probe("boss", events));
            boss.tell(ctx -> {
                ctx.spawn(probe("guest", events));
                ctx.children().terminate("guest");
                events.add("guest is " + ctx.children().status("guest"));
            });
            settle();
            crash(boss);
            settle();
            boss.tell(ctx -> events.add("guest is " + ctx.children().status("guest") + ", "
                    + ctx.children().counts().specs()));
            settle();
            List<String> all = events.take();
            assertTrue(all.contains("guest is TERMINATED"), all::toString);
            assertTrue(all.contains("guest is UNKNOWN, 0"), all::toString);
        });
    }

    @Test
    void shouldMakeTheRightChildWhenTwoTakeAName() throws Exception {
        Trials.run((system, events) -> {
            Runnable racer = () -> {
                try {
                    system.spawn(probe("a", events));
                    events.add("won");
                } catch (NameTakenException e) {
                    events.add("lost to " + e.ref().path());
                }
            };
            for (int i = 0; i < 3; i++) {
                dev.espalier.sync.Strand.start("racer-" + i, racer);
            }
            settle();
            List<String> all = events.take();
            assertEquals(1, all.stream().filter("start a"::equals).count());
            assertEquals(1, all.stream().filter("won"::equals).count());
            assertEquals(2, all.stream().filter("lost to /t/a"::equals).count());
        });
    }
}
