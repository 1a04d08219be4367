package dev.espalier.actor.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The threads of the library that live, green ones included. Only the JVM's own thread dump lists those.
final class LivingThreads {
    private static final Pattern HEADER = Pattern.compile("#(\\d+) \"(.*)\"( virtual)? [A-Z_]+ \\d{4}-\\S+");
    private static final Pattern START_FRAME = Pattern.compile(
            "at (java\\.base/)?(java\\.lang\\.(Virtual)?Thread|jdk\\.internal\\.vm\\.Continuation)\\b.*");
    private static final String STARTED_HERE = "dev.espalier.sync.Strand.runBody";

    /// One thread.
    ///
    /// @param id its number in this JVM, never used again
    /// @param name its name
    /// @param green whether it is a green one
    /// @param stack the lines of its stack, the innermost first; empty if it has not begun
    record Entry(long id, String name, boolean green, List<String> stack) {
        /// Started as a strand, or one of the engine's own. A green thread that has not begun yet counts:
        /// nobody knows yet what it is. The one timer thread of the JVM stays for ever, a writer of the log as
        /// long as its appender.
        boolean isOurs() {
            boolean stays = name.equals("espalier-timer")
                    || name.equals("espalier-log")
                    || name.startsWith("espalier-compute-"); // idle; at work it has its caller's name
            if (stays && !green) {
                return false;
            }
            return name.startsWith("espalier-")
                    || (green
                            && stack.stream()
                                    .allMatch(line -> START_FRAME.matcher(line).matches()))
                    || stack.stream().anyMatch(line -> line.contains(STARTED_HERE));
        }

        @Override
        public String toString() {
            String kind = green ? "green thread" : "platform thread";
            return kind + " \"" + name + "\"\n      " + String.join("\n      ", stack);
        }
    }

    private LivingThreads() {}

    /// By their number.
    static Map<Long, Entry> now() {
        Map<Long, Entry> ours = new HashMap<>();
        for (Entry entry : parse(dump())) {
            if (entry.isOurs()) {
                ours.put(entry.id, entry);
            }
        }
        return ours;
    }

    static List<Entry> parse(List<String> lines) {
        List<Entry> entries = new ArrayList<>();
        for (String line : lines) {
            Matcher header = HEADER.matcher(line);
            if (header.matches()) {
                entries.add(new Entry(
                        Long.parseLong(header.group(1)), header.group(2), header.group(3) != null, new ArrayList<>()));
            } else if (!entries.isEmpty() && line.startsWith("    ")) {
                entries.getLast().stack.add(line.strip());
            }
        }
        return entries;
    }

    private static List<String> dump() {
        try {
            Path folder = Files.createTempDirectory("threads");
            Path file = folder.resolve("dump.txt"); // must not exist before
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
                return Files.readAllLines(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
