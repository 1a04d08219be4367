package dev.espalier.profiling;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Flame graphs as files.
final class FlameFiles {
    private FlameFiles() {}

    /// As in the schema at `https://www.speedscope.app/file-format-schema.json`.
    static String speedscope(FlameGraph graph, String title) {
        Map<String, Integer> frames = new LinkedHashMap<>();
        StringBuilder samples = new StringBuilder();
        StringBuilder weights = new StringBuilder();
        for (Map.Entry<List<String>, Long> stack : graph.sorted()) {
            String comma = samples.isEmpty() ? "" : ",";
            samples.append(comma)
                    .append(stack.getKey().stream()
                            .map(frame -> frames.computeIfAbsent(frame, f -> frames.size())
                                    .toString())
                            .collect(Collectors.joining(",", "[", "]")));
            weights.append(comma).append(stack.getValue());
        }
        String names = frames.keySet().stream()
                .map(frame -> "{\"name\":" + ReportJson.quoted(frame) + "}")
                .collect(Collectors.joining(",\n"));
        String quoted = ReportJson.quoted(title);
        return "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"espalier\",\"name\":"
                + quoted + ",\"activeProfileIndex\":0,\"shared\":{\"frames\":[" + names
                + "]},\"profiles\":[{\"type\":\"sampled\",\"name\":" + quoted + ",\"unit\":\""
                + graph.kind().unit() + "\",\"startValue\":0,\"endValue\":" + graph.total() + ",\n\"samples\":["
                + samples + "],\n\"weights\":[" + weights + "]}]}\n";
    }

    static String html(FlameGraph graph, String title) {
        String nodes = json(graph, Long.MAX_VALUE).replace("<", "\\u003c");
        return resource("flames.html")
                .replace("{{title}}", escaped(title))
                .replace("{{unit}}", graph.kind().unit())
                .replace("{{compared}}", Boolean.toString(graph.isCompared()))
                .replace("{{script}}", resource("flames.js"))
                .replace("{{nodes}}", nodes);
    }

    /// Nested arrays: `[name, weight, weight before, called...]`.
    ///
    /// @param parts frames of less than one of so many parts of the whole are left out
    static String json(FlameGraph graph, long parts) {
        FlameNode root = graph.root();
        StringBuilder json = new StringBuilder(4_096);
        append(json, root, root.weight / parts, root.before / parts);
        return json.toString();
    }

    private static void append(StringBuilder json, FlameNode node, long least, long leastBefore) {
        json.append('[').append(ReportJson.quoted(node.name)).append(',').append(node.weight);
        json.append(',').append(node.before);
        for (FlameNode called : node.called.values()) {
            if (called.weight > least || called.before > leastBefore) {
                append(json.append(",\n"), called, least, leastBefore);
            }
        }
        json.append(']');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(FlameFiles.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
