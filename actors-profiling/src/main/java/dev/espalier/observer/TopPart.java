package dev.espalier.observer;

import java.util.Comparator;
import java.util.List;

/// The actors that have the most of something, over a window.
final class TopPart {
    /// What they are compared by.
    enum By {
        /// Messages that wait now.
        QUEUE,
        /// Messages handled in a second.
        RATE,
        /// Share of the time that it handled messages.
        TIME,
        /// Failures over messages.
        FAILURES,
        /// Restarts since it was spawned.
        RESTARTS,
        /// How long a message that comes now would wait.
        WAIT
    }

    /// One actor over the window.
    private record Line(Node node, Node.Sums sums, double seconds) {
        double rate() {
            return sums.processed() / seconds;
        }

        double busy() {
            return node.timed ? Math.min(100, sums.nanos() / seconds / 1e7) : -1;
        }

        double of(By by) {
            return switch (by) {
                case QUEUE -> node.queued;
                case RATE -> rate();
                case TIME -> busy();
                case FAILURES -> sums.failed();
                case RESTARTS -> node.restarts;
                case WAIT -> sums.pause();
            };
        }
    }

    private TopPart() {}

    /// @param seconds how far the window reaches back, at most
    /// @param most how many lines
    static byte[] of(Snapshots snapshots, By by, int seconds, int most) {
        List<Line> lines = snapshots.read(nodes -> {
            Snapshots.Window window = snapshots.window(seconds);
            Comparator<Line> order = Comparator.<Line>comparingDouble(line -> line.of(by))
                    .reversed()
                    .thenComparingInt(line -> line.node.id);
            return nodes.stream()
                    .map(node -> line(node, window))
                    .filter(line -> line.of(by) > 0)
                    .sorted(order)
                    .limit(most)
                    .toList();
        });
        Json json = new Json(4_096);
        json.object().name("by").value(Words.of(by)).name("window").value(seconds);
        json.name("rows").array();
        lines.forEach(line -> write(json, line));
        return json.endArray().endObject().bytes();
    }

    private static Line line(Node node, Snapshots.Window window) {
        double lived = Math.max(1, (window.until() - node.born) / 1e9);
        if (window.slot() < 0) {
            Node.Sums last = new Node.Sums(
                    Math.round(node.rate), node.lastFailed, Math.round(node.busy * 1e9), node.waiting * 1_000_000_000L);
            return new Line(node, last, 1);
        }
        return new Line(node, node.since(window.slot()), Math.min(window.seconds(), lived));
    }

    private static void write(Json json, Line line) {
        Node node = line.node;
        json.object().name("id").value(node.id);
        json.name("path").value(node.actor.path());
        json.name("state").value(Words.of(node.state));
        json.name("queued").value(node.queued);
        json.name("rate").value(line.rate());
        json.name("busy").value(line.busy());
        json.name("failed").value(line.sums.failed());
        json.name("restarts").value(node.restarts);
        double pause = line.sums.pause();
        json.name("wait").value(Double.isInfinite(pause) ? -1 : pause * 1e3);
        json.name("processed").value(node.sums.processed()).endObject();
    }
}
