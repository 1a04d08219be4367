package dev.espalier.proofs;

import java.util.Locale;

/// One line of the scoreboard: what came of one attack.
///
/// @param suite the suite that it belongs to
/// @param name its name; that of a twin, the same with a seeded mistake, contains "Twin"
/// @param ran false if it has no result
/// @param tried how many rounds, schedules or states there were; 0 means that nothing was shown
/// @param bad in how many of them something was seen that must not be
/// @param seen what was seen, in words
public record Row(String suite, String name, boolean ran, long tried, long bad, String seen) {
    /// Whether it must be caught.
    boolean isTwin() {
        return name.contains("Twin");
    }

    /// A proof must show nothing bad, a twin must: else the proof would not have seen the mistake either.
    boolean passed() {
        return ran && tried > 0 && (bad > 0) == isTwin();
    }

    private String verdict() {
        if (passed()) {
            return isTwin() ? "caught" : "ok";
        }
        return isTwin() ? "NOT CAUGHT" : "FAILED";
    }

    String text() {
        return String.format(
                Locale.ROOT, "| %-9s | %-28s | %-10s | %,14d | %,10d | %s |", suite, name, verdict(), tried, bad, seen);
    }
}
