package dev.espalier.observer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.ReplyTo;
import dev.espalier.proofs.http.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// An observer, opened for actions, of a tree of ten actors that are asked at the end.
public final class ObserverTarget implements Target {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TOKEN = "siege-Token-0123456789";
    private static final String BEARER = "Bearer ";
    private static final int ACTORS = 10;
    private static final Set<String> HOSTS = Set.of("localhost");

    /// What the twins do wrong.
    private enum Mistake {
        NONE,
        /// Compares as many characters of the token as were given.
        TOKEN,
        /// Waits for ever for the rest of a body that does not come.
        LEAVES
    }

    /// A question for an actor: which number it has.
    private record Which(ReplyTo<Integer> replyTo) {}

    private final ActorSystem system =
            ActorSystem.builder("siege").handleSignals(false).start();
    private final List<ActorRef<Which>> actors = new ArrayList<>();
    private final Observer observer;
    private final HttpServer twin;
    private final Mistake mistake;
    private final List<String> tree;

    private ObserverTarget(Mistake mistake) throws IOException {
        this.mistake = mistake;
        for (int i = 0; i < ACTORS; i++) {
            int number = i;
            actors.add(system.spawn(
                    "a" + i, () -> (message, ctx) -> message.replyTo().reply(number)));
        }
        tree = tree();
        observer = Observer.builder().token(TOKEN).actions(true).clients(64).start(system);
        twin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        twin.setExecutor(new GreenThreads(PATIENCE));
        twin.createContext("/", this::handle);
        twin.start();
    }

    /// Starts it.
    ///
    /// @param mistake the name of one, or NONE
    public static Target start(String mistake) throws IOException {
        return new ObserverTarget(Mistake.valueOf(mistake));
    }

    private Exchanges exchanges(String token) {
        Events events = new Events();
        Snapshots snapshots = new Snapshots(system, events, true);
        var sources = new Exchanges.Sources(system, snapshots, events, new LogLines(), new Profiles(system));
        return new Exchanges(
                sources, new Gate(token, HOSTS), new Streams(snapshots, new GreenThreads(PATIENCE), 64), true);
    }

    /// The observer's own answers, with a mistake.
    private void handle(HttpExchange exchange) throws IOException {
        String given = given(exchange);
        boolean believed = mistake == Mistake.TOKEN && TOKEN.startsWith(given);
        if (mistake == Mistake.LEAVES) {
            drain(exchange);
        }
        exchanges(believed ? given : TOKEN).handle(exchange);
    }

    private static String given(HttpExchange exchange) {
        String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? header.substring(BEARER.length())
                : query.replaceFirst("(.*&)?token=([^&]*).*", "$2");
    }

    private static void drain(HttpExchange exchange) {
        try {
            exchange.getRequestBody().readAllBytes();
        } catch (IOException e) {
            while (true) {
                LockSupport.park();
            }
        }
    }

    @Override
    public int port() {
        return mistake == Mistake.NONE ? observer.port() : twin.getAddress().getPort();
    }

    @Override
    public Language language() {
        return new Language(
                List.of(
                        "/api/tree",
                        "/",
                        "/app.js",
                        "/metrics",
                        "/api/system",
                        "/api/top",
                        "/api/actor",
                        "/api/failures",
                        "/api/dead-letters",
                        "/api/stop",
                        "/api/flow",
                        "/api/profile",
                        "/api/profile/flames",
                        "/api/profile/file",
                        "/api/log",
                        "/api/actor/level",
                        "/api/nothing"),
                List.of("/api/flow", "/api/actor/level", "/api/profile/stop"),
                List.of("/api/actor/stop", "/api/actor/cancel", "/api/actor/restart"),
                List.of(
                        "path=/siege/a1",
                        "path=/siege",
                        "id=1",
                        "window=10",
                        "n=20",
                        "by=queue",
                        "seconds=1",
                        "level=full",
                        "kind=cpu",
                        "compared=1",
                        "after=0",
                        "format=pprof"),
                TOKEN,
                List.of("{\"path\":\"/siege/a1\"}", "path=/siege/a1&level=full"),
                "/api/events");
    }

    @Override
    public List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < ACTORS; i++) {
            int number = i;
            try {
                int got = actors.get(i).ask(Which::new, Duration.ofSeconds(5));
                check(wrong, got == number, "a" + number + " says that it is " + got);
            } catch (RuntimeException e) {
                wrong.add("a" + number + " cannot be asked: " + e);
            }
        }
        actors.forEach(
                actor -> check(wrong, actor.awaitProcessed(Duration.ofSeconds(5)), actor + " does not come to rest"));
        check(wrong, tree().equals(tree), "the tree has changed: " + tree());
        var ledger = system.ledger();
        check(wrong, ledger.accepted() == ACTORS && ledger.processed() == ACTORS, "the ledger says " + ledger);
        check(wrong, system.deadLetters().count() == 0, "there are dead letters");
        check(wrong, system.failures().stream().findAny().isEmpty(), "actors have failed");
        return wrong;
    }

    private List<String> tree() {
        List<String> all = new ArrayList<>();
        system.forEachActor(actor -> all.add(actor.path() + " " + actor.incarnation() + " " + actor.state()));
        return all;
    }

    private static void check(List<String> wrong, boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }

    @Override
    public List<String> stop() {
        observer.close();
        twin.stop(0);
        var report = system.shutdown();
        return report.isClean() ? List.of() : List.of("the stop was not clean: " + report);
    }
}
