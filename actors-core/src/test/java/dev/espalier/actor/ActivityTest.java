package dev.espalier.actor;

import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.fixed;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.seconds;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What an actor is doing, in the words of its info.
class ActivityTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldSayWhatAnActorDoesFromItsStartToItsEnd() throws Exception {
        Trials.run((system, events) -> {
            List<String> seen = new ArrayList<>();
            ActorRef<Job> ref = system.spawn(probe("a", events).backOff(fixed(SECOND)));
            seen.add(ref.info().activity());
            crash(ref);
            settle();
            seen.add(ref.info().activity());
            seconds(2);
            seen.add(ref.info().activity());
            ref.tell(ctx -> Strand.sleep(SECOND));
            ref.tell(ctx -> {});
            settle();
            ref.stop();
            settle();
            seen.add(ref.info().activity());
            seconds(2);
            seen.add(ref.info().activity());
            assertEquals(List.of("live", "RESTART/NONE", "live", "STOP/LIVE", "STOP/GONE"), seen);
        });
    }
}
