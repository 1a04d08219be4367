package dev.espalier.actor;

import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchTest {
    private static List<String> ends(Events events) {
        return events.take().stream().filter(s -> s.startsWith("end")).toList();
    }

    @Test
    void shouldNotifyEachWatcherOnceForEachEnd() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            for (String name : List.of("w1", "w2")) {
                system.spawn(probe(name, events))
                        .tell(ctx -> ctx.watch(target, ref -> events.add("end of " + ref.name() + " for " + name)));
            }
            settle();
            target.stop();
            target.join();
            target.stop();
            settle();
            assertEquals(
                    List.of("end of target for w1", "end of target for w2"),
                    ends(events).stream().sorted().toList());
        });
    }

    @Test
    void shouldNotifyOnceWhenWatchedTwice() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            system.spawn(probe("w", events)).tell(ctx -> {
                ctx.watch(target, ref -> events.add("end 1"));
                ctx.watch(target, ref -> events.add("end 2"));
            });
            settle();
            target.stop();
            settle();
            assertEquals(List.of("end 2"), ends(events));
        });
    }

    @Test
    void shouldNotifyOfAnActorThatIsDeadAlready() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            target.stop();
            target.join();
            system.spawn(probe("w", events)).tell(ctx -> {
                ctx.watch(target, ref -> events.add("end in " + ctx.path()));
                events.add("end of the message"); // the notification comes after it
            });
            settle();
            assertEquals(List.of("end of the message", "end in /t/w"), ends(events));
        });
    }

    @Test
    void shouldNotNotifyAfterAnUnwatch() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            ActorRef<Job> watcher = system.spawn(probe("w", events));
            watcher.tell(ctx -> ctx.watch(target, ref -> events.add("end")));
            watcher.tell(ctx -> {
                target.stop();
                Strand.sleep(Duration.ofSeconds(1)); // it is dead, and the notification under way
                assertEquals(ActorState.STOPPED, target.state());
                ctx.unwatch(target);
                events.add("unwatched");
            });
            Trials.seconds(3);
            List<String> all = events.take();
            assertEquals("unwatched", all.getLast());
            assertTrue(!all.contains("end"), all::toString);
        });
    }

    @Test
    void shouldNotNotifyOfARestart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            system.spawn(probe("w", events)).tell(ctx -> ctx.watch(target, ref -> events.add("end")));
            settle();
            crash(target);
            settle();
            assertEquals(2, target.info().incarnation());
            assertEquals(List.of(), ends(events));
            target.stop();
            settle();
            assertEquals(List.of("end"), ends(events));
        });
    }

    @Test
    void shouldTellActorsOfTheSameNameApart() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> watcher = system.spawn(probe("w", events));
            watcher.tell(ctx -> {
                ActorRef<Job> first = ctx.spawn(probe("child", events));
                ctx.watch(first, ref -> events.add("end of first"));
                first.stop();
                first.join();
                ActorRef<Job> second = ctx.spawn(probe("child", events));
                ctx.watch(second, ref -> events.add("end of second"));
            });
            settle();
            assertEquals(List.of("end of first"), ends(events));
            Trials.at(system, "w/child").stop();
            settle();
            assertEquals(List.of("end of second"), ends(events));
        });
    }

    @Test
    void shouldNotifyAfterTheWholeSubtreeHasEnded() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events, probe("child", events)));
            system.spawn(probe("w", events)).tell(ctx -> ctx.watch(target, ref -> events.add("end")));
            settle();
            events.take();
            target.stop();
            settle();
            assertEquals(List.of("stop child", "stop target", "end"), events.take());
        });
    }

    @Test
    void shouldNotifyOfAFailureThatIsAnEnd() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events).restart(Restart.TEMPORARY));
            system.spawn(probe("w", events)).tell(ctx -> ctx.watch(target, ref -> events.add("end")));
            settle();
            crash(target);
            settle();
            assertEquals(List.of("end"), ends(events));
        });
    }

    @Test
    void shouldForgetTheWatchesOfTheOldIncarnation() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            ActorRef<Job> watcher = system.spawn(probe("w", events));
            watcher.tell(ctx -> ctx.watch(target, ref -> events.add("end")));
            crash(watcher);
            settle();
            target.stop();
            settle();
            assertEquals(List.of(), ends(events));
        });
    }

    @Test
    void shouldBringTheEndAsAMessage() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            system.spawn(probe("w", events)).tell(ctx -> ctx.watchWith(target, own -> events.add("end message")));
            ActorRef<Job> body = system.spawnBody("body", (inbox, ctx) -> {
                ctx.watchWith(target, own -> {});
                inbox.receive().ifPresent(job -> events.add("end in body"));
            });
            settle();
            target.stop();
            body.join(Duration.ofSeconds(1));
            settle();
            assertEquals(
                    List.of("end in body", "end message"),
                    ends(events).stream().sorted().toList());
        });
    }

    @Test
    void shouldFailTheWatcherWhoseActionThrows() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> target = system.spawn(probe("target", events));
            ActorRef<Job> watcher = system.spawn(probe("w", events));
            watcher.tell(ctx -> ctx.watch(target, ref -> {
                throw Trials.crash();
            }));
            settle();
            target.stop();
            settle();
            assertEquals(List.of("/t/w RESTART"), events.judgements());
            assertEquals(2, watcher.info().incarnation());
        });
    }
}
