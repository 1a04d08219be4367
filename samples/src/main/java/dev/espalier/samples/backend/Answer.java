package dev.espalier.samples.backend;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.espalier.actor.ActorFailedException;
import dev.espalier.actor.ActorStoppedException;
import dev.espalier.actor.AskTimeoutException;
import dev.espalier.actor.MailboxFullException;
import dev.espalier.actor.SpawnRefusedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP response: a status, a body that becomes JSON, and headers. An error says its reason and nothing of
/// our inside.
record Answer(int status, Object body, Map<String, String> headers) {
    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    static Answer of(int status, Object body) {
        return new Answer(status, body, Map.of());
    }

    static Answer error(int status, String reason) {
        Map<String, String> headers = status == 429 || status == 503 ? Map.of("Retry-After", "1") : Map.of();
        return new Answer(status, Map.of("error", reason), headers);
    }

    static Answer unavailable(String reason) {
        return error(503, reason);
    }

    static Answer notAllowed(String allowed) {
        return new Answer(405, Map.of("error", "use " + allowed), Map.of("Allow", allowed));
    }

    /// 201 for a new order, 200 for one that was there already.
    static Answer stored(Place.Outcome.Stored stored) {
        Order order = stored.order();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", order.id());
        body.put("customer", order.customer());
        body.put("item", order.item());
        body.put("quantity", order.quantity());
        body.put("totalCents", order.totalCents());
        body.put("customerTotalCents", stored.customerTotalCents());
        return new Answer(stored.now() ? 201 : 200, body, Map.of("Location", "/orders/" + order.id()));
    }

    static Answer ofFailure(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof ActorFailedException && cause.getCause() != null) {
            cause = cause.getCause(); // what the asked actor met, however many actors are in between
        }
        return switch (cause) {
            case Order.BadRequest e -> error(400, String.valueOf(e.getMessage()));
            case MailboxFullException e -> error(429, "too many orders are waiting");
            case AskTimeoutException e -> unavailable("not in time");
            case ActorStoppedException e -> unavailable("stopping");
            case SpawnRefusedException e -> unavailable("stopping");
            case SQLException e -> unavailable("the database is not available");
            default -> {
                LOG.error("unexpected", thrown);
                yield error(500, "internal error");
            }
        };
    }

    /// @param last whether the connection is closed afterwards
    void send(HttpExchange exchange, boolean last) throws IOException {
        try (exchange) {
            byte[] json = Order.JSON.writeValueAsBytes(body);
            Headers out = exchange.getResponseHeaders();
            out.set("Content-Type", "application/json");
            headers.forEach(out::set);
            if (last) {
                out.set("Connection", "close");
            }
            if (exchange.getRequestMethod().equals("HEAD")) {
                leaveRest(exchange); // the next line closes the exchange
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            exchange.sendResponseHeaders(status, json.length);
            exchange.getResponseBody().write(json);
            exchange.getResponseBody().flush();
            leaveRest(exchange);
        }
    }

    /// Of a request with a body that ends early, or with chunks that are none, the JDK's server would keep the
    /// connection for ever if it met the end of it only when the exchange is closed.
    private static void leaveRest(HttpExchange exchange) {
        try {
            exchange.getRequestBody().close();
        } catch (IOException | IndexOutOfBoundsException e) { // the latter for a chunk of ffffffff bytes
            // it closes the connection after the answer
        }
    }
}
