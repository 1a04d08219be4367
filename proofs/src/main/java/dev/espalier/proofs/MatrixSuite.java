package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// The same [Exercise] in JVMs of many kinds: each must end by itself, with exit code 0, in time. At length, each kind
/// also with a green thread for each actor in place of turns.
public final class MatrixSuite implements Suite {
    private static final String DEDICATED = "-Ddev.espalier.dedicated=true";
    private static final String PARALLELISM = "-Djdk.virtualThreadScheduler.parallelism=";
    private static final Duration BOUND = Duration.ofMinutes(2);

    private static final List<List<String>> KINDS = List.of(
            List.of(),
            List.of("-XX:ActiveProcessorCount=1"),
            List.of("-XX:ActiveProcessorCount=2"),
            List.of(PARALLELISM + 1),
            List.of(PARALLELISM + 2),
            List.of(PARALLELISM + 4),
            List.of(PARALLELISM + 1, "-Djdk.virtualThreadScheduler.maxPoolSize=1"),
            List.of("-Xint"),
            List.of("-XX:+UseG1GC"),
            List.of("-XX:+UseSerialGC"),
            List.of("-XX:+UseParallelGC"),
            List.of("-XX:+UseZGC"),
            List.of("-Xss256k"),
            List.of("-XX:+UseCompactObjectHeaders"));

    @Override
    public String name() {
        return "matrix";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (List<String> flags : KINDS) {
            rows.add(row(title(flags), flags, Exercise.Mistake.NONE, BOUND));
            if (all || flags.isEmpty() || flags.getFirst().endsWith("Count=1")) {
                List<String> other = new ArrayList<>(flags);
                other.add(DEDICATED);
                rows.add(row(title(flags) + " dedicated", other, Exercise.Mistake.NONE, BOUND));
            }
        }
        rows.add(row("TwinLoses", List.of(), Exercise.Mistake.LOSES, BOUND));
        rows.add(row("TwinHangs", List.of(), Exercise.Mistake.HANGS, Duration.ofSeconds(10)));
        return rows;
    }

    private static String title(List<String> flags) {
        String title =
                String.join(" ", flags).replaceAll("-XX:\\+?|-D", "").replaceAll("jdk\\.virtualThreadScheduler\\.", "");
        return title.isEmpty() ? "as it is" : title;
    }

    static Row row(String name, List<String> flags, Exercise.Mistake mistake, Duration bound) throws Exception {
        Path log = Files.createTempFile(Path.of("."), "matrix", ".log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-Xlog:cds=off", "-cp", System.getProperty("java.class.path")));
        command.addAll(flags);
        command.addAll(List.of(Exercise.class.getName(), mistake.name()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        long begin = System.nanoTime();
        Process process = builder.start();
        boolean ended;
        try {
            ended = process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            process.destroyForcibly().waitFor();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        String code = ended ? "exit code " + process.exitValue() : "**no end**";
        boolean good = ended && process.exitValue() == 0;
        String seen = String.format(Locale.ROOT, "%s, %.1f s%s", code, seconds, good ? "" : said(log));
        Files.delete(log);
        return new Row("matrix", name, true, 1, good ? 0 : 1, seen);
    }

    private static String said(Path log) throws IOException {
        String text = String.join(" ", Files.readAllLines(log)).replace('|', '/');
        return text.isBlank()
                ? ""
                : "; **" + text.substring(0, Math.min(200, text.length())).strip() + "**";
    }
}
