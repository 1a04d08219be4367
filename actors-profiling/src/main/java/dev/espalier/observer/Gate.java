package dev.espalier.observer;

import com.sun.net.httpserver.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who is let in: by the name that he calls us (a foreign name that points here is an attack by DNS), and by the
/// token. Immutable.
final class Gate {
    private static final int LONGEST_URI = 2_048;
    private static final String BEARER = "Bearer ";

    private final byte[] token;
    private final Set<String> hosts;

    /// @param hosts the names that we are called by, without port, in lower case
    Gate(String token, Set<String> hosts) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.hosts = Set.copyOf(hosts);
    }

    /// 128 bits by chance.
    static String freshToken() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    void checkHost(HttpExchange exchange) throws Refusal {
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null || host.isBlank()) {
            throw new Refusal(400, "The header Host is missing.");
        }
        String name = host.strip().toLowerCase(Locale.ROOT).replaceFirst(":\\d{1,5}$", "");
        if (!hosts.contains(name)) {
            throw new Refusal(421, "This observer is not called that; see Observer.Builder.host.");
        }
    }

    void checkLength(HttpExchange exchange) throws Refusal {
        if (exchange.getRequestURI().toString().length() > LONGEST_URI) {
            throw new Refusal(414, "The address is longer than " + LONGEST_URI + " characters.");
        }
    }

    void checkToken(HttpExchange exchange, Map<String, String> query) throws Refusal {
        String given = given(exchange, query);
        if (given == null) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            throw new Refusal(401, "The token is missing: Authorization: Bearer TOKEN, or ?token=TOKEN.");
        }
        if (!MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8))) {
            throw new Refusal(403, "The token is wrong; the log of the observed process has the right one.");
        }
    }

    private static @Nullable String given(HttpExchange exchange, Map<String, String> query) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        return header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : query.get("token");
    }
}
