package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.row;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What is made of figures and samples.
class ReportTest {
    private static Report.Line line(String path, String message, int calls) {
        Figures figures = new Figures();
        for (int i = 0; i < calls; i++) {
            figures.countCall();
        }
        return new Report.Line(path, new Sheet.Key("shop.Desk", message), figures);
    }

    private static Samples.Stack stack(String path) {
        return new Samples.Stack(Samples.Kind.CPU, path, "shop.Desk", List.of("shop.Desk.onMessage"));
    }

    private static Report report(Samples samples, Report.Line... lines) {
        return new Report(
                Instant.EPOCH,
                Duration.ofSeconds(1),
                Level.FULL,
                0,
                List.of(),
                new Report.Lines(List.of(lines), List.of(), samples));
    }

    @Test
    void shouldHaveRowsForActorsThatComputeWithoutMessages() {
        Samples samples =
                new Samples(Map.of(stack("/shop/desk"), 30L, stack("/shop/loop"), 70L, stack("(outside)"), 9L));
        Report report = report(samples, line("/shop/desk", "shop.Order", 4));
        assertEquals(2, report.rows(By.PATH, Sort.CPU).size());
        assertEquals(30, row(report, By.PATH, "/shop/desk").cpu().toNanos());
        assertEquals(70, row(report, By.PATH, "/shop/loop").cpu().toNanos());
        assertEquals(0, row(report, By.PATH, "/shop/loop").calls());
        assertEquals("/shop/loop", report.rows(By.PATH, Sort.CPU).getFirst().name());
    }

    @Test
    void shouldGiveTheSamplesOfAnActorThatHasEndedToTheRowWithItsFigures() {
        Samples samples = new Samples(Map.of(stack("/shop/desks/d1"), 30L, stack("/shop/desks/d2/till"), 5L));
        Report report =
                report(samples, line("/shop/desks/*", "shop.Order", 4), line("/shop/desks/d2", "shop.Order", 1));
        assertEquals(35, row(report, By.PATH, "/shop/desks/*").cpu().toNanos());
        assertEquals(2, report.rows(By.PATH, Sort.NAME).size());
    }

    @Test
    void shouldWriteOtherTypesIntoTheTableOfMoThreads() {
        String[] cells = report(new Samples(Map.of()), line("/shop/desk", "(other types)", 1))
                .toTab()
                .lines()
                .toList()
                .get(1)
                .split("\t", -1);
        assertEquals("\"shop.Desk\"", cells[5]);
        assertEquals("\"(other types)\"", cells[7]);
    }
}
