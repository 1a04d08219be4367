package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.row;
import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.FlightRecorder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    /// Each handles one message and ends; a report at any moment has each message at most once, and keeps those it has
    /// had.
    @Test
    @Tag("slow")
    void shouldSeeAnActorThatEndsNeitherTwiceNorNotAtAll() throws Exception {
        int children = 30_000;
        try (ActorSystem system = start("moves");
                Profiler profiler =
                        Profiler.builder().system(system).level(Level.COUNTERS).start()) {
            Brood brood = new Brood(system, children);
            long before = 0;
            while (brood.done.getCount() > 0) {
                long now = hellos(profiler);
                assertTrue(now >= before && now <= children, now + " messages after " + before);
                before = now;
            }
            Awaitility.await().until(() -> hellos(profiler) == children);
        }
    }

    private static long hellos(Profiler profiler) {
        return profiler.report().rows(By.MESSAGE, Sort.NAME).stream()
                .filter(row -> row.name().equals(String.class.getName()))
                .mapToLong(Row::calls)
                .sum();
    }

    @Test
    @Tag("slow")
    void shouldLoseNoFiguresOfMoreActorsThanItKeepsByPath() {
        int actors = 10_050;
        try (Profiler profiler = Profiler.builder().level(Level.COUNTERS).start()) {
            try (ActorSystem system = start("many")) {
                List<ActorRef<String>> all = new ArrayList<>();
                for (int i = 0; i < actors; i++) {
                    all.add(system.spawn("a" + i, Stays::new));
                    all.getLast().tell("hello");
                }
                all.forEach(each -> assertTrue(each.awaitProcessed(MINUTE)));
            }
            assertEquals(actors, hellos(profiler));
        }
    }

    @Test
    @Tag("slow")
    void shouldLeaveNothingBehindWhenItCannotBegin() {
        assertThrows(
                IllegalStateException.class,
                () -> Profiler.builder().samples().flightRecorder().start());
        Path file = folder.resolve("file");
        assertThrows(UncheckedIOException.class, () -> {
            Files.writeString(file, "no folder");
            Profiler.builder().samples().folder(file).flightRecorder().start();
        });
        assertEquals(List.of(), FlightRecorder.getFlightRecorder().getRecordings());
    }

    @Test
    @Tag("slow")
    void shouldAnswerWhileAnotherThreadClosesIt() throws Exception {
        try (ActorSystem system = start("closes")) {
            Profiler profiler = Profiler.builder().system(system).samples().start();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            CountDownLatch asked = new CountDownLatch(1);
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 50; i++) {
                        profiler.report();
                        asked.countDown();
                    }
                } catch (RuntimeException e) {
                    thrown.set(e);
                }
            });
            asked.await();
            profiler.close();
            reader.join();
            assertNull(thrown.get());
        }
    }

    @Test
    void shouldTakeAwayWhatWasBefore() throws Exception {
        try (ActorSystem system = start("window")) {
            ActorRef<String> stays = system.spawn("stays", Stays::new);
            ActorRef<String> goes = system.spawn("goes", Stays::new);
            tell(stays, 5);
            tell(goes, 7);
            try (Profiler profiler = Profiler.start(system)) {
                tell(stays, 2);
                tell(goes, 3);
                goes.stop();
                goes.join();
                Tree tree = Trees.of(system);
                Awaitility.await() // observers are told of the end after those who wait for it
                        .until(() -> tree != null && tree.living().size() == 2); // the root and the one that stays
                Report report = profiler.report();
                assertEquals(2, row(report, By.PATH, "/window/stays").calls());
                assertEquals(3, row(report, By.PATH, "/window/*").calls());
                assertEquals(5, row(report, By.MESSAGE, String.class.getName()).calls());
            }
        }
    }

    static final class Stays implements Behavior<String> {
        @Override
        public void onMessage(String message, ActorContext<String> ctx) {}
    }

    private static void tell(ActorRef<String> to, int messages) {
        for (int i = 0; i < messages; i++) {
            to.tell("hello");
        }
        assertTrue(to.awaitProcessed(MINUTE));
    }

    @Test
    void shouldKeepActorsThatEndWithTheirSystem() {
        try (Profiler profiler = Profiler.start()) {
            try (ActorSystem system = start("ends")) {
                tell(system.spawn("desk", Stays::new), 4);
            }
            assertEquals(4, row(profiler.report(), By.PATH, "/ends/desk").calls());
        }
    }

    @Test
    void shouldWriteTheReportInFourFormats() throws Exception {
        Profiler closed;
        try (Profiler profiler =
                        Profiler.builder().folder(folder.resolve("new")).start();
                ActorSystem system = start("files")) {
            tell(system.spawn("a \"quoted\", name", Stays::new), 4);
            closed = profiler;
        }
        Report report = closed.report();
        Row row = row(report, By.HANDLER, Stays.class.getName() + "(java.lang.String)");
        assertEquals(4, row.calls());

        List<String> csv = Files.readAllLines(folder.resolve("new/profile.csv"));
        assertEquals("by,name,calls,failed,timed", csv.getFirst().substring(0, 26));
        assertTrue(csv.get(1).startsWith("path,\"/files/a \"\"quoted\"\", name\",4,0,4,"), csv.get(1));

        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("new/profile.json").toFile());
        assertEquals("/files/a \"quoted\", name", json.at("/rows/0/name").asText());
        assertEquals(row.own().toNanos(), json.at("/rows/0/ownNanos").asLong());

        String[] header =
                Files.readAllLines(folder.resolve("new/profile.tab")).get(0).split("\t", -1);
        String[] cells =
                Files.readAllLines(folder.resolve("new/profile.tab")).get(1).split("\t", -1);
        assertEquals(
                List.of(
                        "num_calls",
                        "self_time",
                        "total_time",
                        "self_time_per_call",
                        "total_time_per_call",
                        "file",
                        "line",
                        "method"),
                List.of(header));
        assertEquals("4", cells[0]);
        assertEquals(row.own().toNanos() / 1e9, Double.parseDouble(cells[1]), 1e-9);
        assertEquals("\"" + Stays.class.getName() + "\"", cells[5]);
        assertEquals("\"java.lang.String\"", cells[7]);

        String text = Files.readString(folder.resolve("new/profile.txt"));
        assertEquals(report.toText(Sort.OWN), text);
        assertTrue(text.contains("/files/a \"quoted\", name"), text);
    }

    @Test
    void shouldSortRows() {
        try (Profiler profiler = Profiler.start();
                ActorSystem system = start("sorts")) {
            tell(system.spawn("few", Stays::new), 1);
            tell(system.spawn("many", Stays::new), 9);
            Report report = profiler.report();
            for (Sort sort : Sort.values()) {
                List<Row> rows = report.rows(By.PATH, sort);
                assertEquals(2, rows.size());
                assertEquals(rows.stream().sorted(sort.order()).toList(), rows);
            }
            assertEquals(
                    "/sorts/many", report.rows(By.PATH, Sort.CALLS).getFirst().name());
            assertEquals(
                    "/sorts/few", report.rows(By.PATH, Sort.NAME).getFirst().name());
        }
    }
}
