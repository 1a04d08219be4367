package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Bad input into the HTTP of the observer and of the sample backend, each in a JVM of its own, where also the other
/// modules are on the class path: they would observe the systems of the other suites. A number as argument is the seed.
public final class HttpSuite implements Suite {
    private static final String SIEGE = "dev.espalier.proofs.http.Siege";

    @Override
    public String name() {
        return "http";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        long seed = args.stream()
                .filter(arg -> arg.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(System.nanoTime() & 0xFFFFFF);
        List<Row> rows = new ArrayList<>();
        for (int round = 0; round < (all ? 4 : 1); round++) {
            rows.add(row("observer", "NONE", "Observer", seed + round, all ? 20_000 : 2_500));
            rows.add(row("backend", "NONE", "Backend", seed + round, all ? 20_000 : 2_500));
        }
        rows.add(row("observer", "TOKEN", "Observer TwinToken", seed, 1_000));
        rows.add(row("observer", "LEAVES", "Observer TwinLeaves", seed, 1_000));
        rows.add(row("backend", "BODY", "Backend TwinBody", seed, 1_000));
        rows.add(row("backend", "NAMES", "Backend TwinNames", seed, 1_000));
        return rows;
    }

    private static Row row(String target, String mistake, String name, long seed, int attacks) throws Exception {
        Path log = Files.createTempFile(Path.of("."), "http", ".log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("espalier.http.path"),
                        SIEGE,
                        target,
                        mistake,
                        Long.toString(seed),
                        Integer.toString(attacks))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0) {
                return said(name, log);
            }
            return new Row("http", name, false, 0, 0, "no result, see " + log);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /// The last line is the result.
    private static Row said(String name, Path log) throws IOException {
        String[] parts = Files.readAllLines(log).getLast().split("\t", 3);
        Files.delete(log);
        return new Row("http", name, true, Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
    }
}
