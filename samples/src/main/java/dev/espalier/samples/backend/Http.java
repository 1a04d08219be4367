package dev.espalier.samples.backend;

import com.sun.net.httpserver.HttpServer;
import dev.espalier.actor.ActorContext;
import dev.espalier.actor.Body;
import dev.espalier.actor.Inbox;
import dev.espalier.sync.Strand;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP server as an actor: it serves until pleaseStop goes, and then leaves no accepted connection
/// unanswered.
///
/// `HttpServer.stop` closes the listener, waits until no exchange is open, and then closes all connections:
/// also one that it has accepted but not read yet. So an exchange of our own is open meanwhile (see
/// [Routes#lastPath]); it ends when no request has come for a while.
final class Http implements Body<Void> {
    private static final Logger LOG = LoggerFactory.getLogger(Http.class);
    private static final int BACKLOG = 1_024;
    /// Longer than any order's deadline.
    private static final int MOST_SECONDS = 5;

    static {
        // By default responses wait for acknowledgements of earlier packets, the 201st idle connection is closed, and a
        // request may trickle in for ever.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "10000");
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
    }

    private final Settings settings;
    private final Routes.Factory factory;
    private volatile int port;

    Http(Settings settings, Routes.Factory factory) {
        this.settings = settings;
        this.factory = factory;
    }

    /// The port; 0 before it listens.
    int port() {
        return port;
    }

    @Override
    public void run(Inbox<Void> inbox, ActorContext<Void> ctx) throws IOException {
        Routes routes = factory.create(ctx.pleaseStop());
        HttpServer server = listen();
        try (ExecutorService green = Executors.newVirtualThreadPerTaskExecutor()) {
            server.setExecutor(green);
            server.createContext("/", routes);
            server.start();
            LOG.info("listening on http://localhost:{}", server.getAddress().getPort());
            port = server.getAddress().getPort();
            ctx.ready();

            ctx.pleaseStop().waitForGo(); // from now on /ready says 503 and answers close their connections
            Strand.sleep(settings.lameDuck()); // orders are still taken while the load balancer finds out
            routes.refuseOrders();
            stop(server, routes);
        } finally {
            server.stop(0); // if we were cancelled: a second stop does nothing
        }
        LOG.info("{}", routes);
    }

    private HttpServer listen() throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port());
        try {
            return HttpServer.create(address, BACKLOG);
        } catch (BindException e) {
            throw new IOException("port " + settings.port() + ": " + e.getMessage() + "; --port takes another", e);
        }
    }

    private static void stop(HttpServer server, Routes routes) throws IOException {
        InetSocketAddress address = server.getAddress();
        try (Socket own = new Socket(address.getAddress(), address.getPort())) {
            String request = "GET " + routes.lastPath() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            own.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            routes.lastHasCome().waitForGo(Duration.ofSeconds(1));
            server.stop(MOST_SECONDS);
        }
    }
}
