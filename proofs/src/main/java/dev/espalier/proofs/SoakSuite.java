package dev.espalier.proofs;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Faults under load, for as long as wanted: `--hours N`, `--minutes N` or `--seconds N`; else 10 minutes at length, 6
/// seconds as a short cut. Its twins take 6 seconds each.
public final class SoakSuite implements Suite {
    private static final Duration SHORT = Duration.ofSeconds(6);

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        Scoreboard.quiet();
        Duration length = length(all, args);
        long seed = System.nanoTime() & 0xFFFFFF;
        Soak.capacity(Duration.ofSeconds(1)); // warms up
        double half = Soak.capacity(Duration.ofSeconds(2)) / 2;
        List<Row> rows = new ArrayList<>();
        rows.add(new Soak(length, seed, Soak.Mistake.NONE).run("Soak of " + length, half, console));
        rows.add(new Soak(SHORT, seed, Soak.Mistake.LOSES).run("TwinLoses", half, console));
        rows.add(new Soak(SHORT, seed, Soak.Mistake.KEEPS).run("TwinKeeps", half, console));
        rows.add(new Soak(SHORT, seed, Soak.Mistake.SLOWS).run("TwinSlows", half, console));
        return rows;
    }

    static Duration length(boolean all, List<String> args) {
        Duration length = all ? Duration.ofMinutes(10) : SHORT;
        for (int i = 0; i + 1 < args.size(); i++) {
            String n = args.get(i + 1);
            length = switch (args.get(i)) {
                case "--hours" -> Duration.ofHours(Long.parseLong(n));
                case "--minutes" -> Duration.ofMinutes(Long.parseLong(n));
                case "--seconds" -> Duration.ofSeconds(Long.parseLong(n));
                default -> length;
            };
        }
        return length;
    }
}
