package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class FlightRecordingTest {
    @TempDir
    Path folder;

    static final class Clumsy implements Behavior<String> {
        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            if (message.equals("fail")) {
                throw new IllegalStateException("on purpose");
            }
            linger();
        }

        private static void linger() {
            long end = System.nanoTime() + 3 * SlowMessage.THRESHOLD;
            while (end - System.nanoTime() > 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }
    }

    @Test
    void shouldRecordTheLifeOfActors() throws Exception {
        try (Profiler profiler =
                Profiler.builder().folder(folder).flightRecorder().start()) {
            try (ActorSystem system = start("flight")) {
                ActorRef<String> clumsy = system.spawn("clumsy", Clumsy::new);
                clumsy.tell("fail");
                clumsy.tell("linger");
                assertTrue(clumsy.awaitProcessed(Duration.ofMinutes(1)));
                clumsy.stop();
                clumsy.join();
                clumsy.tell("too late");
            }
            assertEquals(
                    2, profiler.report().rows(By.PATH, Sort.NAME).getFirst().calls());
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(folder.resolve("profile.jfr"));
        assertEquals(1, one(events, "ActorRestart").getInt("incarnation") - 1);
        RecordedEvent failure = one(events, "ActorFailure");
        assertEquals("fail", failure.getString("message"));
        assertEquals("restart", failure.getString("decision"));
        assertEquals(IllegalStateException.class.getName(), failure.getString("cause"));
        assertEquals("clean", one(events, "ActorStop").getString("how"));
        assertEquals("stopped", one(events, "DeadLetter").getString("reason"));
        assertEquals(2, all(events, "ActorStart").size());
        List<RecordedEvent> slow = all(events, "SlowMessage");
        assertEquals(2, slow.size());
        RecordedEvent meanwhile = slow(slow, true);
        assertTrue(meanwhile.getString("stack").contains("Clumsy.linger"), () -> meanwhile.getString("stack"));
        assertTrue(slow(slow, false).getDuration("took").toNanos() >= 3 * SlowMessage.THRESHOLD);
    }

    /// The file keeps the events of one thread in order, not those of several.
    private static RecordedEvent slow(List<RecordedEvent> events, boolean goesOn) {
        return events.stream()
                .filter(event -> event.getBoolean("goesOn") == goesOn)
                .findFirst()
                .orElseThrow();
    }

    private static RecordedEvent one(List<RecordedEvent> events, String name) {
        List<RecordedEvent> found = all(events, name);
        assertEquals(1, found.size(), name);
        return found.getFirst();
    }

    private static List<RecordedEvent> all(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("dev.espalier." + name))
                .filter(event -> event.getString("path").equals("/flight/clumsy"))
                .toList();
    }
}
