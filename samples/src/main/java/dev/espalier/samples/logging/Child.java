package dev.espalier.samples.logging;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A JVM of its own, and the figures that it prints: lines of a name, a blank and a number. `ready` asks for SIGTERM.
record Child(Map<String, Double> figures, int exitCode) {
    private static final long PATIENCE_SECONDS = 120;

    static Child run(Variant variant, Class<?> main, Path file, String sink, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms512m", "-Xmx512m", "-Xlog:cds=off"));
        command.addAll(variant.arguments(file, sink));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            Map<String, Double> figures = read(process);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(variant.title + ": the child JVM did not end");
            }
            return new Child(figures, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    private static Map<String, Double> read(Process process) throws IOException {
        Map<String, Double> figures = new HashMap<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals("ready")) {
                    process.toHandle().destroy(); // SIGTERM
                } else {
                    String[] parts = line.split(" ", -1);
                    figures.put(parts[0], Double.valueOf(parts[1]));
                }
            }
        }
        return figures;
    }

    double figure(String name) {
        @Nullable Double figure = figures.get(name);
        if (figure == null) {
            throw new IllegalStateException("The child JVM told no " + name + ", exit code " + exitCode);
        }
        return figure;
    }
}
