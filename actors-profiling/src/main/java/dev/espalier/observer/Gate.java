package dev.espalier.observer;

import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
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
        if (!isOurs(host, exchange.getLocalAddress().getAddress())) {
            throw new Refusal(421, "This observer is not called that; see Observer.Builder.host.");
        }
    }

    /// Whether it is a name of ours or the very address that was connected to, however that is written: whoever misuses
    /// a name in the DNS has a name there, not an address.
    ///
    /// @param host as in the header
    boolean isOurs(String host, InetAddress local) {
        String name = host.strip().toLowerCase(Locale.ROOT).replaceFirst(":\\d{1,5}$", "");
        return hosts.contains(name) || local.equals(literal(name));
    }

    /// Null if it is a name.
    private static @Nullable InetAddress literal(String name) {
        boolean brackets = name.startsWith("[") && name.endsWith("]");
        try {
            return InetAddress.ofLiteral(brackets ? name.substring(1, name.length() - 1) : name);
        } catch (IllegalArgumentException e) {
            return null;
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
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? header.substring(BEARER.length())
                : query.get("token");
    }
}
