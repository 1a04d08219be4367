package dev.espalier.profiling;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A flame graph as a profile of pprof. Written by hand: `tools.profiler:jfr-converter` 4.1, which has a writer of
/// protocol buffers, has classes in the unnamed package, so no module can use it; and its converter of recordings does
/// not know actors. Confined, for one use.
///
/// *Source.* `profile.proto` of github.com/google/pprof; the numbers are those of its fields.
final class Pprof {
    /// A message of protocol buffers while it is written.
    private static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }

        /// Seven bits in each byte, the lowest first.
        void varint(long value) {
            long rest = value;
            while ((rest & ~127L) != 0) {
                bytes.write((int) ((rest & 127) | 128));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }

    private final Map<String, Integer> strings = new LinkedHashMap<>(Map.of("", 0));
    private final Map<String, Integer> functions = new LinkedHashMap<>();

    byte[] of(FlameGraph graph) {
        Message profile = new Message();
        int type = string(graph.kind().name().toLowerCase(Locale.ROOT));
        profile.message(1, new Message().number(1, type).number(2, string(graph.unit())));
        for (Map.Entry<List<String>, Long> stack : graph.sorted()) {
            profile.message(2, sample(stack.getKey(), stack.getValue()));
        }
        functions.forEach((name, id) -> {
            profile.message(4, new Message().number(1, id).message(4, new Message().number(1, id)));
            profile.message(5, new Message().number(1, id).number(2, string(name)));
        });
        strings.keySet().forEach(text -> profile.bytes(6, text.getBytes(StandardCharsets.UTF_8)));
        return profile.bytes.toByteArray();
    }

    /// Locations have the numbers of their functions; the innermost stands first.
    private Message sample(List<String> frames, long weight) {
        Message locations = new Message();
        for (String frame : frames.reversed()) {
            locations.varint(functions.computeIfAbsent(frame, fresh -> functions.size() + 1));
        }
        return new Message().message(1, locations).number(2, weight);
    }

    private int string(String text) {
        return strings.computeIfAbsent(text, fresh -> strings.size());
    }
}
