package dev.espalier.observer;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.actor.ActorSystem;
import dev.espalier.sync.Registration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows one system in a browser: its living tree, what each actor does, what fails, how it stops; the same as
/// JSON.
///
/// {@snippet class="dev.espalier.observer.ObserverGuideTest" region="start"}
///
/// It listens on the loopback interface only, unless told otherwise, and gives figures to who has the token,
/// which stands in [#address] and, once, in the log. It only reads, unless [Builder#actions] opens it. Without
/// a change of the program: `-Ddev.espalier.observer.port=7070`, and `-Ddev.espalier.observer.actions=true` to
/// open it.
///
/// *Failure.* None of the tree: an exchange that fails is answered or cut off, and logged.
///
/// *Threads.* Thread-safe. One platform thread looks at the tree once a second; each exchange has a green
/// thread, of which there are at most 512. All are daemons.
///
/// *Memory.* What it makes of a tree is kept while somebody looks: some megabytes for 10,000 actors. So are
/// the last two profiles that were recorded from the page.
///
/// *Cost.* While somebody looks, about a microsecond a second for each actor, however many look.
public final class Observer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.observer");
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(10);
    private static final int WAITING = 100;

    /// How an observer is set up. Mutable, for one use; confined to one thread.
    public static final class Builder {
        private int port;
        private @Nullable InetAddress address;
        private @Nullable String token;
        private boolean actions;
        private int clients = 32;
        private Duration patience = Duration.ofSeconds(10);
        private final Set<String> hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

        private Builder() {}

        /// Where to listen; 0, the default, for a free port.
        ///
        /// @param number 0 to 65,535
        public Builder port(int number) {
            if (number < 0 || number > 65_535) {
                throw new IllegalArgumentException("A port is 0 to 65535, not " + number);
            }
            port = number;
            return this;
        }

        /// The interface to listen on; the loopback by default. The connection is not encrypted: on another
        /// one, everybody in between can read the token.
        public Builder address(InetAddress value) {
            address = Objects.requireNonNull(value, "address");
            return this;
        }

        /// A name that browsers may call this observer by, besides `localhost` and the address; for a proxy.
        public Builder host(String name) {
            hosts.add(Objects.requireNonNull(name, "name").toLowerCase(Locale.ROOT));
            return this;
        }

        /// The token, if it is not to be a fresh one by chance.
        ///
        /// @param value at least 16 characters that need no quoting in an address
        public Builder token(String value) {
            if (!Objects.requireNonNull(value, "token").matches("[A-Za-z0-9_-]{16,200}")) {
                throw new IllegalArgumentException("A token is 16 to 200 letters, digits, - and _");
            }
            token = value;
            return this;
        }

        /// Whether the page may stop and cancel actors and set their levels; off by default.
        public Builder actions(boolean value) {
            actions = value;
            return this;
        }

        /// How many browsers may look at a time; 32 by default.
        ///
        /// @param most 1 to 256
        public Builder clients(int most) {
            if (most < 1 || most > 256) {
                throw new IllegalArgumentException("There may be 1 to 256 clients, not " + most);
            }
            clients = most;
            return this;
        }

        /// How long a client may send or take nothing before it is cut off; 10 s by default. It is looked for once a
        /// second.
        ///
        /// @param longest 1 s to 10 min
        public Builder patience(Duration longest) {
            if (Objects.requireNonNull(longest, "longest").compareTo(LEAST_PATIENCE) < 0
                    || longest.compareTo(MOST_PATIENCE) > 0) {
                throw new IllegalArgumentException("The patience is 1 s to 10 min, not " + longest);
            }
            patience = longest;
            return this;
        }

        /// Begins to listen.
        ///
        /// @param system what is shown
        /// @throws IOException if it cannot listen there
        public Observer start(ActorSystem system) throws IOException {
            return new Observer(Objects.requireNonNull(system, "system"), this);
        }
    }

    private final HttpServer server;
    private final URI address;
    private final Snapshots snapshots;
    private final Events events;
    private final LogLines log = new LogLines();
    private final Streams streams;
    private final Profiles profiles;
    private final Registration finished;
    private final GreenThreads threads;
    private final Thread ticker;
    private volatile boolean closed;

    private Observer(ActorSystem system, Builder b) throws IOException {
        InetAddress on = b.address == null ? InetAddress.getLoopbackAddress() : b.address;
        String token = b.token == null ? Gate.freshToken() : b.token;
        events = ObserverEvents.of(system);
        events.byClass.begin();
        server = HttpServer.create(new InetSocketAddress(on, b.port), WAITING);
        snapshots = new Snapshots(system, events, b.actions);
        threads = new GreenThreads(b.patience);
        streams = new Streams(snapshots, threads, b.clients);
        profiles = new Profiles(system);
        server.setExecutor(threads);
        Exchanges.Sources sources = new Exchanges.Sources(system, snapshots, events, log, profiles);
        server.createContext("/", new Exchanges(sources, new Gate(token, b.hosts), streams, b.actions));
        address = URI.create("http://" + hostOf(on) + ":" + port() + "/#" + token);
        ticker = Thread.ofPlatform().daemon().name("espalier-observer").unstarted(this::run);
        ticker.start();
        onDaemon(() -> {
            server.start();
            return server;
        });
        finished = events.onFinished(this::showLast);
        LOG.info("The observer of {} is at {}", system.name(), address);
    }

    /// Starts one with the defaults.
    ///
    /// @param system what is shown
    /// @throws IOException if it cannot listen
    public static Observer start(ActorSystem system) throws IOException {
        return builder().start(system);
    }

    /// Sets up an observer.
    public static Builder builder() {
        return new Builder();
    }

    private static String hostOf(InetAddress on) {
        if (on.isLoopbackAddress() || on.isAnyLocalAddress()) {
            return "localhost";
        }
        return on.getAddress().length > 4 ? "[" + on.getHostAddress() + "]" : on.getHostAddress();
    }

    /// The server's dispatcher is a daemon only if its starter is; else the JVM would never end.
    private static void onDaemon(Callable<?> start) {
        FutureTask<?> task = new FutureTask<>(start);
        Thread.ofPlatform().daemon().name("espalier-observer-start").start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The server did not start", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Where the page is, with the token behind the `#`, which browsers do not send.
    public URI address() {
        return address;
    }

    /// The port that it listens on.
    public int port() {
        return server.getAddress().getPort();
    }

    private void run() {
        long next = System.nanoTime();
        while (!closed) {
            try {
                snapshots.tick(false);
                threads.patrol();
                events.flow.patrol();
                log.patrol();
                profiles.patrol();
            } catch (RuntimeException e) {
                LOG.warn("The observer could not look at the tree", e);
            }
            next = Math.max(next + SECOND, System.nanoTime());
            while (!closed && next - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, next - System.nanoTime());
            }
        }
    }

    /// The system has stopped, and the process may end soon: who looks gets the report first.
    private void showLast() {
        if (!closed && streams.clients() > 0) {
            snapshots.tick(true);
            long until = System.nanoTime() + SECOND;
            while (streams.clients() > 0 && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(SECOND / 100);
            }
        }
    }

    /// Stops to listen and cuts off whoever looks. Idempotent.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(ticker);
        finished.remove();
        threads.interruptAll();
        events.flow.close();
        log.close();
        server.stop(0);
        profiles.close();
    }
}
