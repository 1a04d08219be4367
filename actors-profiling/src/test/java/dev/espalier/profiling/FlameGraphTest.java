package dev.espalier.profiling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
        assertThrows(
                IllegalArgumentException.class,
                () -> SAMPLES.flames(Samples.Kind.LOCK, By.MESSAGE),
                "without samples, too");
    }

    @Test
    void shouldDrawAVeryDeepTree() {
        String path = "/a".repeat(100_000);
        FlameGraph deep =
                new Samples(Map.of(stack(path, "Desk", "Desk.onMessage"), 1L)).flames(Samples.Kind.CPU, By.PATH);
        List<String> frames = List.of(deep.toCollapsed()
                .substring(0, deep.toCollapsed().lastIndexOf(' '))
                .split(";", -1));
        assertEquals(FlameGraph.MOST_LEVELS + 2, frames.size());
        assertEquals(path, frames.get(FlameGraph.MOST_LEVELS));
        assertTrue(deep.toHtml("deep").contains("Desk.onMessage"));
    }

    @Test
    void shouldLeaveSmallFramesOutOfWhatIsDrawnOnAPage() throws Exception {
        FlameGraph graph = new Samples(Map.of(
                        stack("/shop", "Desk", "Desk.much"), 9_990L,
                        stack("/shop", "Desk", "Desk.some"), 9L,
                        stack("/shop", "Desk", "Desk.little"), 1L))
                .flames(Samples.Kind.CPU, By.PATH);
        JsonNode all = new ObjectMapper().readTree(graph.toJson());
        assertEquals("all", all.get(0).asText());
        assertEquals(10_000, all.get(1).asLong());
        JsonNode shop = all.get(3);
        assertEquals("/shop", shop.get(0).asText());
        assertEquals(5, shop.size());
        assertEquals("Desk.much", shop.get(3).get(0).asText());
        assertEquals(9, shop.get(4).get(1).asLong());
    }

    /// The fields of a message of protocol buffers: numbers, or bytes.
    private static List<Map.Entry<Integer, Object>> fields(byte[] message) {
        List<Map.Entry<Integer, Object>> fields = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            if ((tag & 7) == 0) {
                fields.add(Map.entry(tag >>> 3, varint(in)));
            } else {
                assertEquals(2, tag & 7);
                byte[] bytes = new byte[(int) varint(in)];
                in.get(bytes);
                fields.add(Map.entry(tag >>> 3, bytes));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static List<byte[]> messages(List<Map.Entry<Integer, Object>> fields, int number) {
        return fields.stream()
                .filter(field -> field.getKey() == number)
                .map(field -> (byte[]) field.getValue())
                .toList();
    }

    private static long number(byte[] message, int field) {
        return fields(message).stream()
                .filter(each -> each.getKey() == field)
                .map(each -> (Long) each.getValue())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldWriteProfilesOfPprof() {
        var profile = fields(SAMPLES.flames(Samples.Kind.CPU, By.PATH).toPprof());
        List<String> strings = messages(profile, 6).stream()
                .map(each -> new String(each, UTF_8))
                .toList();
        assertEquals("", strings.getFirst());
        byte[] type = messages(profile, 1).getFirst();
        assertEquals("cpu", strings.get((int) number(type, 1)));
        assertEquals("nanoseconds", strings.get((int) number(type, 2)));
        Map<Long, String> functions = new HashMap<>();
        messages(profile, 5).forEach(each -> functions.put(number(each, 1), strings.get((int) number(each, 2))));
        Map<Long, String> locations = new HashMap<>();
        messages(profile, 4)
                .forEach(each -> locations.put(
                        number(each, 1),
                        functions.get(number(messages(fields(each), 4).getFirst(), 1))));
        Map<List<String>, Long> samples = new HashMap<>();
        for (byte[] sample : messages(profile, 2)) {
            List<String> frames = new ArrayList<>();
            ByteBuffer ids = ByteBuffer.wrap(messages(fields(sample), 1).getFirst());
            while (ids.hasRemaining()) {
                frames.add(locations.get(varint(ids)));
            }
            samples.put(frames, number(sample, 2));
        }
        assertEquals(
                Map.of(
                        List.of("Desk.<pack>;", "Desk.onMessage", "/shop/desk", "/shop"), 30L,
                        List.of("Desk.onMessage", "/shop/desk", "/shop"), 10L,
                        List.of("Clerk.onMessage", "/shop/desk/c1", "/shop/desk", "/shop"), 5L,
                        List.of("Desk.onMessage", "/shop/door", "/shop"), 2L),
                samples);
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
                    List.of("cpu.collapsed", "cpu.html", "cpu.pprof", "cpu.speedscope.json"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }
}
