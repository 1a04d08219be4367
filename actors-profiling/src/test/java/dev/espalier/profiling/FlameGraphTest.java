package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlameGraphTest {
    private static final Samples SAMPLES = new Samples(Map.of(
            stack("/shop/desk", "Desk", "Desk.onMessage", "Desk.<pack>;"), 30L,
            stack("/shop/desk", "Desk", "Desk.onMessage"), 10L,
            stack("/shop/desk/c1", "Clerk", "Clerk.onMessage"), 5L,
            stack("/shop/door", "Desk", "Desk.onMessage"), 2L,
            stack("(scheduler)", "(scheduler)", "Worker.run"), 100L));

    @TempDir
    Path folder;

    private static Samples.Stack stack(String path, String code, String... frames) {
        return new Samples.Stack(Samples.Kind.CPU, path, code, List.of(frames));
    }

    @Test
    void shouldSumByPathAndByClass() {
        assertEquals(
                Map.of("/shop/desk", 40L, "/shop/desk/c1", 5L, "/shop/door", 2L, "(scheduler)", 100L),
                SAMPLES.sums(Samples.Kind.CPU, By.PATH));
        assertEquals(42L, SAMPLES.sums(Samples.Kind.CPU, By.CODE).get("Desk"));
        assertEquals(Map.of(), SAMPLES.sums(Samples.Kind.LOCK, By.CODE));
        assertThrows(IllegalArgumentException.class, () -> SAMPLES.sums(Samples.Kind.CPU, By.MESSAGE));
    }

    @Test
    void shouldCollapseStacksByPathClassAndSubtree() {
        assertEquals("""
            /shop;/shop/desk;/shop/desk/c1;Clerk.onMessage 5
            /shop;/shop/desk;Desk.onMessage 10
            /shop;/shop/desk;Desk.onMessage;Desk.<pack>, 30
            /shop;/shop/door;Desk.onMessage 2
            """, SAMPLES.flames(Samples.Kind.CPU, By.PATH).toCollapsed());
        assertEquals(
                "Clerk;Clerk.onMessage 5\nDesk;Desk.onMessage 12\nDesk;Desk.onMessage;Desk.<pack>, 30\n",
                SAMPLES.flames(Samples.Kind.CPU, By.CODE).toCollapsed());
        assertEquals(45, SAMPLES.flames(Samples.Kind.CPU, "/shop/desk").total());
    }

    @Test
    void shouldKeepToTheSchemaOfSpeedscope() throws Exception {
        JsonNode file = new ObjectMapper()
                .readTree(SAMPLES.flames(Samples.Kind.CPU, By.PATH).toSpeedscope("a \"title\""));
        assertEquals(
                "https://www.speedscope.app/file-format-schema.json",
                file.get("$schema").asText());
        JsonNode frames = file.at("/shared/frames");
        JsonNode profile = file.at("/profiles/0");
        assertEquals("sampled", profile.get("type").asText());
        assertEquals("nanoseconds", profile.get("unit").asText());
        assertEquals("a \"title\"", profile.get("name").asText());
        assertEquals(profile.get("samples").size(), profile.get("weights").size());
        long sum = 0;
        for (int i = 0; i < profile.get("samples").size(); i++) {
            sum += profile.at("/weights/" + i).asLong();
            for (JsonNode frame : profile.at("/samples/" + i)) {
                assertTrue(frame.isInt() && frame.asInt() < frames.size(), frame::toString);
            }
        }
        assertEquals(47, sum);
        assertEquals(
                47, profile.get("endValue").asLong() - profile.get("startValue").asLong());
        assertEquals(
                "/shop",
                frames.at("/" + profile.at("/samples/0/0").asInt() + "/name").asText());
    }

    @Test
    void shouldMakeAPageThatNeedsNothingElse() {
        String page = SAMPLES.flames(Samples.Kind.CPU, By.PATH).toHtml("<cpu>");
        assertTrue(page.contains("<title>&lt;cpu&gt;</title>"), page);
        assertTrue(page.contains("[\"/shop/desk\",45,0,"), page);
        assertTrue(page.contains("[\"Desk.\\u003cpack>;\",30,0]"), page);
        assertFalse(page.contains("http") || page.contains("{{"), page);
    }

    @Test
    void shouldTellTwoWindowsApart() {
        Samples later = new Samples(Map.of(
                stack("/shop/desk", "Desk", "Desk.onMessage"), 25L, stack("/shop/door", "Desk", "Desk.onMessage"), 2L));
        Samples second = later.since(SAMPLES);
        FlameGraph difference =
                second.flames(Samples.Kind.CPU, By.CODE).comparedTo(SAMPLES.flames(Samples.Kind.CPU, By.CODE));
        assertEquals(
                "Clerk;Clerk.onMessage 5 0\nDesk;Desk.onMessage 12 15\nDesk;Desk.onMessage;Desk.<pack>, 30 0\n",
                difference.toCollapsed());
        assertTrue(difference.toHtml("both").contains("[\"Desk.onMessage\",15,42,"), () -> difference.toHtml("both"));
        assertThrows(
                IllegalArgumentException.class,
                () -> difference.comparedTo(SAMPLES.flames(Samples.Kind.LOCK, By.CODE)));
    }

    @Test
    void shouldWriteAFileForEachKindThatHasSamples() throws Exception {
        SAMPLES.writeTo(folder.resolve("new"));
        try (var files = Files.list(folder.resolve("new"))) {
            assertEquals(
                    List.of("cpu.collapsed", "cpu.html", "cpu.speedscope.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }
}
