package dev.espalier.samples.backend;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.espalier.actor.ActorRef;
import dev.espalier.samples.backend.Place.Outcome;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// What each request is answered. Every exchange runs on a green thread of its own and may wait.
final class Routes implements HttpHandler {
    /// Makes the routes of one server.
    interface Factory {
        Routes create(Signal pleaseStop);
    }

    private static final long LONGEST_NANOS = Duration.ofSeconds(2).toNanos();

    private final Settings settings;
    private final ActorRef<Place> customers;
    private final ActorRef<Database.Message> db;
    private final Signal pleaseStop;
    private final Signal refusing = new Signal();
    private final Signal lastHasCome = new Signal();
    private final String lastPath = "/last-" + UUID.randomUUID(); // a secret: nobody else asks for it
    private final Semaphore inFlight;
    private final LongAdder requests = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private volatile long latest = System.nanoTime();

    Routes(Settings settings, Signal pleaseStop, ActorRef<Place> customers, ActorRef<Database.Message> db) {
        this.settings = settings;
        this.pleaseStop = pleaseStop;
        this.customers = customers;
        this.db = db;
        this.inFlight = new Semaphore(settings.inFlight());
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals(lastPath)) {
            lastHasCome.go();
            awaitQuiet();
            Answer.of(200, "").send(exchange, true);
            return;
        }
        requests.increment();
        latest = System.nanoTime();
        Answer answer;
        try {
            answer = route(exchange.getRequestMethod(), path, exchange);
        } catch (Throwable t) {
            answer = Answer.ofFailure(t);
        }
        answer.send(exchange, pleaseStop.isGo());
        answers.increment();
    }

    private Answer route(String method, String path, HttpExchange exchange) throws Order.BadRequest {
        if (path.equals("/orders")) {
            return method.equals("POST") ? post(exchange) : Answer.notAllowed("POST");
        }
        if (!method.equals("GET")) {
            return Answer.notAllowed("GET");
        }
        if (path.startsWith("/orders/")) {
            return limited(() -> get(path.substring("/orders/".length())));
        }
        return switch (path) {
            case "/health" -> Answer.of(200, Map.of("status", "up"));
            case "/ready" -> pleaseStop.isGo() ? Answer.unavailable("stopping") : Answer.of(200, Map.of("ready", true));
            default -> Answer.error(404, "no such path");
        };
    }

    private Answer limited(Supplier<Answer> work) {
        if (!inFlight.tryAcquire()) {
            return Answer.unavailable("too many requests at once");
        }
        try {
            return work.get();
        } finally {
            inFlight.release();
        }
    }

    private Answer post(HttpExchange exchange) throws Order.BadRequest {
        byte[] body = body(exchange);
        if (body.length > Settings.LARGEST_BODY) {
            return Answer.error(413, "an order has at most " + Settings.LARGEST_BODY + " bytes");
        }
        Order order = Order.parse(body);
        if (refusing.isGo()) {
            return Answer.unavailable("stopping");
        }
        return limited(() -> place(order));
    }

    /// A body that ends early, or whose chunks are none, is the client's mistake.
    private static byte[] body(HttpExchange exchange) throws Order.BadRequest {
        try {
            return exchange.getRequestBody().readNBytes(Settings.LARGEST_BODY + 1);
        } catch (IOException | IndexOutOfBoundsException e) { // the latter for a chunk of ffffffff bytes
            throw new Order.BadRequest("the body cannot be read");
        }
    }

    private Answer place(Order order) {
        Outcome outcome = customers.ask(replyTo -> new Place(order, replyTo), settings.deadline());
        return switch (outcome) {
            case Outcome.Stored stored -> Answer.stored(stored);
            case Outcome.Refused(int status, String reason) -> Answer.error(status, reason);
        };
    }

    private Answer get(String id) {
        if (!Order.isWord(id)) { // some databases fail over a text that has no place in them
            return Answer.error(404, "no such order");
        }
        Optional<Order> found = db.ask(replyTo -> new Database.Message.Find(id, replyTo), settings.deadline());
        return found.map(order -> Answer.of(200, order)).orElseGet(() -> Answer.error(404, "no such order"));
    }

    void refuseOrders() {
        refusing.go();
    }

    /// A request for it stays open until no other one has come for a while.
    String lastPath() {
        return lastPath;
    }

    Signal lastHasCome() {
        return lastHasCome;
    }

    private void awaitQuiet() {
        long quiet = settings.lameDuck().toNanos() / 3;
        long start = System.nanoTime();
        long now = start;
        while (now - Math.max(latest, start) < quiet && now - start < LONGEST_NANOS) {
            Strand.sleep(Duration.ofMillis(10));
            now = System.nanoTime();
        }
    }

    @Override
    public String toString() {
        return "http: " + requests + " requests, " + answers + " answered";
    }
}
