package dev.espalier.proofs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Collects what one attack has shown, for its row. One thread at a time.
final class Outcome {
    private final long begin = System.nanoTime();
    private final List<String> wrong = new ArrayList<>();
    private long bad;

    /// Notes that something is so many times wrong; 0 is fine.
    void count(String what, long times) {
        if (times != 0) {
            bad += Math.abs(times);
            wrong.add(what + " " + times);
        }
    }

    void check(boolean ok, String what) {
        if (!ok) {
            bad++;
            wrong.add(what);
        }
    }

    /// The row of it.
    ///
    /// @param rest what else is worth to be known
    Row row(String suite, String name, long tried, String rest) {
        double seconds = (System.nanoTime() - begin) / 1e9;
        String text = String.join(", ", wrong).replace('|', '/');
        String bold = text.isEmpty() ? "" : "**" + text.substring(0, Math.min(120, text.length())) + "**; ";
        return new Row(suite, name, true, tried, bad, String.format(Locale.ROOT, "%s%s, %.1f s", bold, rest, seconds));
    }
}
