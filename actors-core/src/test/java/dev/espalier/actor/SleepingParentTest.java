package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A parent whose own code sleeps for ever, and a child that fails meanwhile.
class SleepingParentTest {
    private static final Duration FOREVER = Duration.ofDays(365);

    /// Notes how its sleep ends.
    private static void sleep(ActorContext<Job> ctx, Events events) {
        try {
            Strand.sleep(FOREVER);
            events.add("woke by itself");
        } catch (CancelledException e) {
            events.add(ctx.path() + "#" + ctx.incarnation() + " was woken");
            throw e;
        }
    }

    private static ActorSpec<Job> body(Events events) {
        return ActorSpec.<Job>body("parent", (inbox, ctx) -> {
                    ctx.spawn(probe("child", events));
                    sleep(ctx, events);
                })
                .restart(Restart.PERMANENT);
    }

    @Test
    void shouldRestartTheChildWhileItsParentSleeps() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> parent = system.spawn(probe("parent", events, probe("child", events)));
            parent.tell(ctx -> sleep(ctx, events));
            settle();
            events.take();
            crash(at(system, "parent/child"));
            settle();
            assertEquals(List.of("before child", "after child"), events.take());
            assertEquals(1, parent.info().incarnation());
            parent.cancel();
        });
    }

    @Test
    void shouldWakeABodyThatSleepsWhenTheFailureOfItsChildEscalates() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> parent = system.spawn(body(events).supervision(none()));
            settle();
            crash(at(system, "parent/child"));
            settle();
            assertEquals(List.of("start child", "/t/parent#1 was woken", "stop child", "start child"), events.take());
            assertEquals(2, parent.info().incarnation());
            assertEquals(Duration.ofMillis(2), VirtualTime.elapsed());
            parent.cancel();
        });
    }

    @Test
    void shouldWakeAHandlerThatSleepsWhenTheFailureOfAChildEscalates() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> parent =
                    system.spawn(probe("parent", events, probe("child", events)).supervision(none()));
            parent.tell(ctx -> sleep(ctx, events));
            settle();
            events.take();
            crash(at(system, "parent/child"));
            settle();
            assertEquals(
                    List.of("/t/parent#1 was woken", "stop child", "before parent", "after parent", "start child"),
                    events.take());
            assertEquals(2, parent.info().incarnation());
        });
    }

    private static Supervision none() {
        return Supervision.DEFAULT.intensity(0, Duration.ofSeconds(1));
    }
}
