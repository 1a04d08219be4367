package dev.espalier.samples.backend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.actor.ActorRef;
import dev.espalier.proofs.http.Reply;
import dev.espalier.proofs.http.Target;
import dev.espalier.sync.Signal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// The order desk over a database in memory: whatever was answered by 201 is in it, and nothing that nobody sent.
public final class BackendTarget implements Target {
    private static final String DB = "jdbc:h2:mem:siege;DB_CLOSE_DELAY=-1";
    private static final String CREATED = "/orders/";

    /// What the twins do wrong.
    private enum Mistake {
        NONE,
        /// Takes a body that ends early for a failure of its own.
        BODY,
        /// Believes that a customer has a name that an actor may have.
        NAMES
    }

    private final Backend backend;
    private final Mistake mistake;
    private final HttpServer twin;
    private final Routes routes;
    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private final AtomicLong unseen = new AtomicLong();

    private BackendTarget(Mistake mistake) throws IOException {
        this.mistake = mistake;
        Settings settings = new Settings(
                0, DB, Duration.ofSeconds(5), 512, 64, Duration.ofMillis(50), Duration.ofMillis(1), 1_000_000_000);
        backend = Backend.start(settings);
        routes = new Routes(settings, new Signal(), actor("customers"), actor("db"));
        twin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        twin.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        twin.createContext("/", this::handle);
        twin.start();
    }

    /// Starts it.
    ///
    /// @param mistake the name of one, or NONE
    public static Target start(String mistake) throws IOException {
        return new BackendTarget(Mistake.valueOf(mistake));
    }

    @SuppressWarnings("unchecked")
    private <M> ActorRef<M> actor(String name) {
        return (ActorRef<M>) backend.system().find("/backend/" + name).orElseThrow();
    }

    /// The backend's own answers, with a mistake.
    private void handle(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            routes.handle(exchange);
            return;
        }
        Answer answer;
        try {
            byte[] body = exchange.getRequestBody().readAllBytes();
            answer = mistake == Mistake.NAMES ? placeAny(body) : place(Order.parse(body));
        } catch (Order.BadRequest | JsonProcessingException e) {
            answer = Answer.error(400, "bad");
        } catch (IOException e) {
            answer = Answer.error(mistake == Mistake.BODY ? 500 : 400, "the body cannot be read");
        } catch (RuntimeException e) {
            answer = Answer.ofFailure(e);
        }
        answer.send(exchange, true);
    }

    private Answer placeAny(byte[] body) throws IOException {
        var json = Order.JSON.readTree(body);
        String customer = json.path("customer").asText();
        return place(
                new Order(json.path("id").asText(), customer, json.path("item").asText(), 1, 0));
    }

    private Answer place(Order order) {
        ActorRef<Place> customers = actor("customers");
        Place.Outcome outcome = customers.ask(replyTo -> new Place(order, replyTo), Duration.ofSeconds(5));
        return switch (outcome) {
            case Place.Outcome.Stored stored -> Answer.stored(stored);
            case Place.Outcome.Refused(int status, String reason) -> Answer.error(status, reason);
        };
    }

    @Override
    public int port() {
        return mistake == Mistake.NONE ? backend.port() : twin.getAddress().getPort();
    }

    @Override
    public Language language() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            bodies.add(String.format(
                    Locale.ROOT,
                    "{\"id\":\"o-%d\",\"customer\":\"c-%d\",\"item\":\"%s\",\"quantity\":%d}",
                    i,
                    i % 7,
                    i % 5 == 0 ? "gold" : "plum-tree",
                    i));
        }
        bodies.add("{\"\\ud800\":1,\"\\ud800\":2}");
        bodies.add("{\"id\":\"a\\u0000\",\"customer\":\"../x\",\"item\":\"\\udfff\",\"quantity\":1}");
        return new Language(
                List.of("/health", "/ready", "/orders", "/orders/o-1", "/orders/none"),
                List.of("/orders"),
                List.of(),
                List.of("id=o-1", "customer=c-1"),
                "",
                bodies,
                "");
    }

    @Override
    public void answered(Reply reply) {
        if (reply.status() == 0) {
            unseen.incrementAndGet();
        }
        String location = reply.header("Location");
        if (reply.status() == 201 && location.startsWith(CREATED)) {
            created.add(location.substring(CREATED.length()));
        }
    }

    @Override
    public List<String> wrong() throws Exception {
        List<String> wrong = new ArrayList<>();
        var rows = Comparison.rows(DB).keySet();
        created.forEach(id -> check(wrong, rows.contains(id), id + " was created and is not in the database"));
        check(
                wrong,
                rows.size() <= created.size() + unseen.get(),
                rows.size() + " rows, " + created.size() + " created");
        var ledger = backend.system().ledger();
        long fates = ledger.processed() + ledger.deadLettered() + ledger.dropped() + ledger.queued();
        check(wrong, ledger.accepted() == fates, "the ledger says " + ledger);
        check(wrong, backend.system().deadLetters().count() == 0, "there are dead letters");
        check(wrong, backend.system().failures().stream().findAny().isEmpty(), "actors have failed");
        for (String name : List.of("db", "writer", "pricing", "customers", "http")) {
            var actor = backend.system().find("/backend/" + name);
            check(wrong, actor.isPresent() && actor.get().incarnation() == 1, name + " is not what it was");
        }
        return wrong;
    }

    private static void check(List<String> wrong, boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }

    @Override
    public List<String> stop() {
        twin.stop(0);
        var report = backend.stop();
        return report.isClean() ? List.of() : List.of("the stop was not clean: " + report);
    }
}
