package dev.espalier.observer;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.espalier.actor.ActorSystem;
import dev.espalier.profiling.By;
import dev.espalier.profiling.Samples;
import dev.espalier.profiling.Sort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers requests: the page and its parts to everybody, for they tell nothing; figures and actions to who
/// has the token.
///
/// *Threads.* Thread-safe; each exchange has a green thread.
final class Exchanges implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.observer");
    private static final String JSON = "application/json; charset=utf-8";
    private static final Map<String, String> PAGES =
            Map.of("/", "index.html", "/observer.css", "observer.css", "/icon.svg", "icon.svg");
    private static final java.util.Set<String> SCRIPTS = java.util.Set.of(
            "app.js",
            "feed.js",
            "format.js",
            "tree.js",
            "top.js",
            "detail.js",
            "charts.js",
            "events.js",
            "stop.js",
            "dom.js",
            "log.js",
            "profile.js",
            "table.js",
            "sequence.js",
            "flow.js");
    private static final String FLAMES = "flames.js"; // which files with flame graphs have, too
    private static final int MOST_LINES = 1_000;
    private static final int LONGEST_WINDOW = 60;

    /// Where answers come from.
    record Sources(ActorSystem system, Snapshots snapshots, Events events, LogLines log, Profiles profiles) {}

    private final ActorSystem system;
    private final Snapshots snapshots;
    private final Events events;
    private final LogLines log;
    private final Profiles profiles;
    private final Gate gate;
    private final Streams streams;
    private final boolean actions;

    Exchanges(Sources sources, Gate gate, Streams streams, boolean actions) {
        system = sources.system;
        snapshots = sources.snapshots;
        events = sources.events;
        log = sources.log;
        profiles = sources.profiles;
        this.gate = gate;
        this.streams = streams;
        this.actions = actions;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        headers(exchange.getResponseHeaders());
        try {
            serve(exchange);
        } catch (Refusal refusal) {
            Json json = new Json(128);
            json.object().name("error").value(refusal.getMessage()).endObject();
            answer(exchange, refusal.status, JSON, json.bytes());
        } catch (RuntimeException e) {
            LOG.warn("{} could not be answered", exchange.getRequestURI().getPath(), e);
            answer(exchange, 500, JSON, "{\"error\":\"See the log.\"}".getBytes(StandardCharsets.UTF_8));
        } catch (Error e) {
            exchange.close();
            throw e;
        }
        leaveRest(exchange);
        exchange.close(); // if an exception was thrown, the JDK's server closes the connection
    }

    private static void headers(Headers headers) {
        headers.set(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
    }

    private void serve(HttpExchange exchange) throws Refusal, IOException {
        gate.checkHost(exchange);
        gate.checkLength(exchange);
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/metrics")) {
            gate.checkToken(exchange, Query.of(exchange.getRequestURI()).words());
            method(exchange, "GET");
            answer(exchange, 200, MetricsPart.TYPE, MetricsPart.of(system, events));
        } else if (path.startsWith("/api/")) {
            Query query = Query.of(exchange.getRequestURI());
            gate.checkToken(exchange, query.words());
            api(exchange, path.substring("/api/".length()), query);
        } else {
            page(exchange, path);
        }
    }

    private static void page(HttpExchange exchange, String path) throws Refusal, IOException {
        String file = PAGES.get(path);
        if (file == null && SCRIPTS.contains(path.substring(1))) {
            file = path.substring(1);
        }
        if (path.equals("/" + FLAMES)) {
            file = "/dev/espalier/profiling/" + FLAMES;
        }
        if (file == null) {
            throw new Refusal(404, "There is nothing here.");
        }
        method(exchange, "GET");
        String type = file.endsWith(".js")
                ? "text/javascript"
                : file.endsWith(".css") ? "text/css" : file.endsWith(".svg") ? "image/svg+xml" : "text/html";
        try (InputStream in = Objects.requireNonNull(Exchanges.class.getResourceAsStream(file), file)) {
            answer(exchange, 200, type + "; charset=utf-8", in.readAllBytes());
        }
    }

    private void api(HttpExchange exchange, String name, Query query) throws Refusal, IOException {
        if (name.startsWith("actor/")) {
            act(exchange, name.substring("actor/".length()), query);
            return;
        }
        boolean post = exchange.getRequestMethod().equals("POST");
        if (name.equals("flow") && post) {
            trace(exchange, query);
            return;
        }
        if (name.equals("profile/stop") || (name.equals("profile") && post)) {
            profile(exchange, name, query);
            return;
        }
        if (name.equals("profile/file")) {
            save(exchange, query);
            return;
        }
        if (name.equals("events")) {
            only(exchange, "GET");
            streams.serve(exchange);
            return;
        }
        byte[] json = switch (name) {
            case "tree" -> snapshots.tree();
            case "system" -> snapshots.vitals();
            case "top" -> top(query);
            case "actor" -> actor(query);
            case "failures" -> EventsPart.failures(events);
            case "dead-letters" -> EventsPart.deadLetters(system, events);
            case "stop" -> StopPart.of(system, events);
            case "flow" -> events.flow.json();
            case "profile" -> profiles.json();
            case "profile/flames" -> profiles.flames(view(query));
            case "profile/table" ->
                profiles.table(query.constant("by", By.class, "path"), query.constant("sort", Sort.class, "own"));
            case "log" ->
                log.json(
                        query.number("after", 0, 0, Integer.MAX_VALUE),
                        query.word("path"),
                        query.number("n", MOST_LINES, 1, MOST_LINES));
            default -> throw new Refusal(404, "There is no /api/" + Query.bounded(name) + ".");
        };
        method(exchange, "GET");
        answer(exchange, 200, JSON, json);
    }

    private byte[] top(Query query) throws Refusal {
        TopPart.By by = query.constant("by", TopPart.By.class, "queue");
        return TopPart.of(
                snapshots, by, query.number("window", 10, 1, LONGEST_WINDOW), query.number("n", 20, 1, MOST_LINES));
    }

    /// It only reads, is bounded, and ends by itself; so it needs no opening.
    private void trace(HttpExchange exchange, Query query) throws Refusal, IOException {
        Node node = node(query);
        events.flow.begin(system, node.actor, query.number("seconds", 10, 1, Flow.LONGEST));
        answer(exchange, 200, JSON, events.flow.json());
    }

    /// As a trace, a profile only reads, is bounded, and ends by itself.
    private void profile(HttpExchange exchange, String name, Query query) throws Refusal, IOException {
        method(exchange, "POST");
        if (name.equals("profile/stop")) {
            profiles.stopNow();
        } else {
            profiles.begin(node(query).actor, query.number("seconds", 10, 1, Profiles.LONGEST));
        }
        answer(exchange, 200, JSON, profiles.json());
    }

    private static Profiles.View view(Query query) throws Refusal {
        return new Profiles.View(
                query.constant("kind", Samples.Kind.class, "cpu"),
                query.constant("by", Profiles.Shape.class, "path"),
                query.word("path"),
                query.number("compared", 0, 0, 1) == 1);
    }

    private void save(HttpExchange exchange, Query query) throws Refusal, IOException {
        method(exchange, "GET");
        Profiles.View view = view(query);
        Profiles.Format format = query.constant("format", Profiles.Format.class, "html");
        byte[] file = profiles.file(view, format);
        String name = Words.of(view.kind()) + "." + format.ending;
        exchange.getResponseHeaders().set("Content-Disposition", "attachment; filename=\"" + name + "\"");
        answer(exchange, 200, format.type + "; charset=utf-8", file);
    }

    private byte[] actor(Query query) throws Refusal {
        int id = query.number("id", 0, 0, Integer.MAX_VALUE);
        boolean ended = id > 0 && snapshots.node(id) == null && snapshots.hasKnown(id);
        return ended ? ActorPart.ended(id) : ActorPart.of(node(query), system, events);
    }

    private Node node(Query query) throws Refusal {
        Node node = query.words().containsKey("path")
                ? snapshots.node(query.word("path"))
                : snapshots.node(query.number("id", 0, 0, Integer.MAX_VALUE));
        if (node == null) {
            throw new Refusal(404, "There is no such actor any more.");
        }
        return node;
    }

    private void act(HttpExchange exchange, String name, Query query) throws Refusal, IOException {
        ActorPart.Action action = Query.constant(name, ActorPart.Action.class);
        if (action == null) {
            throw new Refusal(404, "There is no action " + Query.bounded(name) + ".");
        }
        method(exchange, "POST");
        if (!actions) {
            throw new Refusal(403, "This observer is read-only; see Observer.Builder.actions.");
        }
        Node node = node(query);
        try {
            ActorPart.act(action, system, node.actor, query.words().getOrDefault("level", ""));
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, String.valueOf(e.getMessage()));
        }
        LOG.info("Observer: {} {}", name.toLowerCase(Locale.ROOT), node.actor.path());
        answer(exchange, 200, JSON, "{\"done\":true}".getBytes(StandardCharsets.UTF_8));
    }

    /// With GET goes HEAD.
    private static void method(HttpExchange exchange, String method) throws Refusal {
        if (method.equals("GET") && exchange.getRequestMethod().equals("HEAD")) {
            return;
        }
        only(exchange, method);
    }

    private static void only(HttpExchange exchange, String method) throws Refusal {
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method.equals("GET") ? "GET, HEAD" : method);
            throw new Refusal(405, "Here one can only " + method + ".");
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            leaveRest(exchange); // the next line closes the exchange
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
    }

    /// Reads on to the end of the request. If its body ends early, or its chunks are none, the exchange must not be
    /// closed: the JDK's server would keep the connection, or forget only most of it, if it met that by itself.
    ///
    /// @throws IOException if the rest cannot be read; it is for the JDK's server
    private static void leaveRest(HttpExchange exchange) throws IOException {
        try {
            exchange.getRequestBody().close();
        } catch (IndexOutOfBoundsException e) { // for a chunk of ffffffff bytes
            throw new IOException(e);
        }
    }
}
