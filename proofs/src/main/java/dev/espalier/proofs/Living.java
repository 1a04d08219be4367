package dev.espalier.proofs;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/// What lives in this JVM after a full collection.
///
/// @param counts how many objects of each class
/// @param bytes of all of them
public record Living(Map<String, Long> counts, long bytes) {
    /// The JVM's own list: `1: 4711 150352 java.lang.String (java.base@25)`.
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    /// Collects and counts; takes as long as a full collection and a walk over what lives.
    public static Living now() throws JMException {
        var text = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Map<String, Long> counts = new HashMap<>();
        long bytes = 0;
        for (String line : text.lines().toList()) {
            var parts = LINE.matcher(line);
            if (parts.matches()) {
                counts.merge(parts.group(3), Long.valueOf(parts.group(1)), Long::sum);
                bytes += Long.parseLong(parts.group(2));
            }
        }
        if (!counts.containsKey("java.lang.String")) {
            throw new IllegalStateException("This JVM lists its objects in another way: " + text);
        }
        return new Living(counts, bytes);
    }

    /// How many objects of a class, by its full name; 0 if there are none.
    public long of(String className) {
        return counts.getOrDefault(className, 0L);
    }
}
