package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Restart;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a million actors leave behind that have come, had a message and gone, while somebody observes them: by the
/// JVM's own count of what lives.
@Tag("slow")
class RetainedTest {
    private static final int CHILDREN = 1_000_000;

    record Breed(CountDownLatch done) {}

    static final class Parent implements Behavior<Breed> {
        @Override
        public void onMessage(Breed breed, ActorContext<Breed> ctx) {
            for (int i = 0; i < CHILDREN; i++) {
                ActorRef<String> child =
                        ctx.spawn(ActorSpec.behavior("c" + i, Once::new).restart(Restart.TEMPORARY));
                child.tell("hello, world");
                if (i % 1_000 == 999) {
                    child.join();
                }
            }
            breed.done.countDown();
        }
    }

    static final class Once implements Behavior<String> {
        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            ctx.stop();
        }
    }

    /// After a collection.
    private static int living(String type) throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[] {}},
                        new String[] {String[].class.getName()});
        Matcher line = Pattern.compile(": +([0-9]+) +[0-9]+ +" + Pattern.quote(type) + "[ \n]")
                .matcher(histogram);
        return line.find() ? Integer.parseInt(line.group(1)) : 0;
    }

    @Test
    void shouldRetainNothingOfAMillionActorsThatHaveEnded() throws Exception {
        int others = living("dev.espalier.actor.Cell"); // of other tests
        int theirs = living("dev.espalier.profiling.ActorRecord");
        try (ActorSystem system =
                ActorSystem.builder("million").handleSignals(false).start()) {
            Events events = ObserverEvents.of(system);
            events.byClass.begin();
            Snapshots snapshots = new Snapshots(system, events, false);
            ActorRef<Breed> parent = system.spawn("parent", Parent::new);
            CountDownLatch done = new CountDownLatch(1);
            parent.tell(new Breed(done));
            int looks = 0;
            while (done.getCount() > 0) {
                snapshots.tick(false);
                looks += snapshots.read(nodes -> nodes.size() > 2 ? 1 : 0);
            }
            assertTrue(looks > 0, "some were seen");
            Awaitility.await().until(() -> parent.info().children().isEmpty());
            assertEquals(CHILDREN, sumOfEnded(system, events), 0.0);
            Awaitility.await().untilAsserted(() -> {
                snapshots.tick(false);
                assertEquals(others + 2, living("dev.espalier.actor.Cell"), "the root and the parent");
                assertEquals(theirs + 2, living("dev.espalier.profiling.ActorRecord"));
                assertEquals(2, living("dev.espalier.observer.Node"));
            });
        }
    }

    private static double sumOfEnded(ActorSystem system, Events events) {
        String metrics = new String(MetricsPart.of(system, events), UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith("espalier_messages_processed_total{") && line.contains("$Once"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
