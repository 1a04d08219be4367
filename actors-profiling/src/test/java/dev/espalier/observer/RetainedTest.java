package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorSystem;
import dev.espalier.profiling.Brood;
import dev.espalier.profiling.By;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiler;
import dev.espalier.profiling.Row;
import dev.espalier.profiling.Sort;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final List<String> TYPES =
            List.of("dev.espalier.actor.Cell", "dev.espalier.profiling.ActorRecord", "dev.espalier.observer.Node");

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
        Map<String, Integer> before = new HashMap<>(); // those of other tests
        for (String type : TYPES) {
            before.put(type, living(type));
        }
        try (ActorSystem system =
                        ActorSystem.builder("million").handleSignals(false).start();
                Profiler profiler =
                        Profiler.builder().system(system).level(Level.COUNTERS).start()) {
            Events events = ObserverEvents.of(system);
            events.byClass.begin();
            Snapshots snapshots = new Snapshots(system, events, false);
            Brood brood = new Brood(system, CHILDREN);
            int looks = 0;
            while (brood.done.getCount() > 0) {
                snapshots.tick(false);
                looks += snapshots.read(nodes -> nodes.size() > 2 ? 1 : 0);
            }
            assertTrue(looks > 0, "some were seen");
            Awaitility.await().until(brood::isOver);
            Awaitility.await()
                    .untilAsserted(
                            () -> { // observers are told of an end after those who wait for it
                                assertEquals(CHILDREN, sumOfEnded(system, events), 0.0);
                                assertEquals(CHILDREN, sumOfReport(profiler));
                                snapshots.tick(false);
                                assertMore(before, 2); // the root and the parent
                            });
        }
    }

    private static void assertMore(Map<String, Integer> before, int most) throws JMException {
        for (String type : TYPES) {
            int more = living(type) - before.getOrDefault(type, 0);
            assertTrue(more <= most, () -> more + " more of " + type);
        }
    }

    private static long sumOfReport(Profiler profiler) {
        return profiler.report().rows(By.PATH, Sort.CALLS).stream()
                .filter(row -> row.name().equals("/million/parent/*"))
                .mapToLong(Row::calls)
                .sum();
    }

    private static double sumOfEnded(ActorSystem system, Events events) {
        String metrics = new String(MetricsPart.of(system, events), UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith("espalier_messages_processed_total{") && line.contains("$Once"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
