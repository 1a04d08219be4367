package dev.espalier.samples.backend;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// What the command line asks for.
///
/// @param port where to serve; 0 for a free port
/// @param db the JDBC URL of the database, if not that of the sample's own
/// @param demo to drive the backend instead of only serving
/// @param profile to leave a profile of the demo
/// @param observe to show the tree in a browser
record Arguments(int port, Optional<String> db, boolean demo, boolean profile, boolean observe) {
    static final String USAGE = "usage: backend [--port N] [--db JDBC-URL] [--observe]\n"
            + "       backend --demo [--profile] [--db JDBC-URL]";

    /// @throws IllegalArgumentException with the reason
    static Arguments parse(List<String> words) {
        Arguments parsed = new Arguments(8_080, Optional.empty(), false, false, false);
        for (Iterator<String> rest = words.iterator(); rest.hasNext(); ) {
            parsed = parsed.with(rest.next(), rest);
        }
        if (parsed.demo ? words.contains("--port") : parsed.profile) {
            throw new IllegalArgumentException("--demo picks its port, and --profile is only for --demo");
        }
        if (parsed.demo && parsed.observe) {
            throw new IllegalArgumentException("--demo --profile has an observer; --observe is for the server");
        }
        return parsed;
    }

    private Arguments with(String option, Iterator<String> rest) {
        return switch (option) {
            case "--port" -> new Arguments(port(value(option, rest)), db, demo, profile, observe);
            case "--db" -> new Arguments(port, Optional.of(url(value(option, rest))), demo, profile, observe);
            case "--demo" -> new Arguments(port, db, true, profile, observe);
            case "--profile" -> new Arguments(port, db, demo, true, observe);
            case "--observe" -> new Arguments(port, db, demo, profile, true);
            default -> throw new IllegalArgumentException("there is no option " + option);
        };
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static int port(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException("no port: " + text);
        }
        return Integer.parseInt(text);
    }

    private static String url(String text) {
        if (!text.startsWith("jdbc:h2:") && !text.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("no URL of H2 (jdbc:h2:...) or PostgreSQL (jdbc:postgresql:...)");
        }
        return text;
    }
}
