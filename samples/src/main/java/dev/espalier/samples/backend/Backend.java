package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.BackOff;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Overflow;
import dev.espalier.actor.StartFailedException;
import dev.espalier.actor.StopReport;
import dev.espalier.actor.Supervision;
import dev.espalier.observer.Observer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// The order desk; see the package for the tree.
///
/// Usage: `samples/run backend [--port N] [--db URL] [--observe]` serves until SIGTERM or SIGINT, and shows its tree
/// in a browser if it is to be observed; `samples/run backend --demo [--db URL]` starts one, drives it, stops it and
/// checks that nothing was lost; with `--profile` it
/// also leaves a report of who cost what. Without a URL the database is a file of H2.
public final class Backend implements AutoCloseable {
    private static final BackOff BACK_OFF = BackOff.exponential(Duration.ofMillis(100), Duration.ofSeconds(5));
    private static final int MAILBOX = 4_096;

    private final ActorSystem system;
    private final int port;

    private Backend(ActorSystem system, int port) {
        this.system = system;
        this.port = port;
    }

    /// Starts the tree. An actor is started after those it needs, so it is stopped before them.
    static Backend start(Settings settings) {
        ActorSystem system = ActorSystem.builder("backend")
                .budget(Settings.BUDGET)
                .supervision(Supervision.oneForOne().intensity(10, Duration.ofMinutes(1)))
                .start();
        try {
            return new Backend(system, spawn(system, settings).port());
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    private static Http spawn(ActorSystem system, Settings s) {
        // Not interruptible: an interrupt in a read or write would close H2's file.
        ActorRef<Database.Message> db = system.spawn(ActorSpec.behavior("db", () -> new Database(s.db()))
                .backOff(BACK_OFF)
                .interruptible(false));
        ActorRef<Writer.Store> writer = system.spawn(ActorSpec.body("writer", new Writer(s.db()))
                .mailbox(MailboxSpec.bounded(MAILBOX, Overflow.FAIL))
                .backOff(BACK_OFF)
                .interruptible(false)
                .dependsOn("db"));
        ActorRef<Pricing.Price> pricing = system.spawn(ActorSpec.behaviorWith(
                        "pricing", (ActorContext<Pricing.Price> ctx) -> new Pricing(ctx, s.downstreamLife()))
                .supervision(Pricing.SUPERVISION)
                .dependsOn("writer"));
        Customer.Colleagues colleagues = new Customer.Colleagues(db, writer, pricing);
        ActorRef<Place> customers = system.spawn(ActorSpec.behavior(
                        "customers", () -> new Customers(() -> new Customer(colleagues, s.idle()), s.perCustomer()))
                .mailbox(MailboxSpec.bounded(MAILBOX, Overflow.FAIL))
                .stopsChildrenInParallel()
                .dependsOn("db", "writer", "pricing"));
        Http http = new Http(s, pleaseStop -> new Routes(s, pleaseStop, customers, db));
        system.spawn(ActorSpec.body("http", http)
                .saysReady()
                .grace(Duration.ofSeconds(10))
                .dependsOn("customers", "db"));
        return http;
    }

    int port() {
        return port;
    }

    ActorSystem system() {
        return system;
    }

    /// Stops in order.
    StopReport stop() {
        return system.shutdown();
    }

    @Override
    public void close() {
        stop();
    }

    private static void serve(Arguments wanted) throws IOException {
        ActorSystem system = start(Settings.of(wanted.port(), wanted.db().orElse(Settings.h2("./orders"))))
                .system();
        try (Observer observer = wanted.observe() ? Observer.start(system) : null) {
            if (observer != null) {
                System.out.println("The tree is shown at " + observer.address());
            }
            system.awaitShutdown();
        }
    }

    public static void main(String[] args) throws Exception {
        Arguments wanted;
        try {
            wanted = Arguments.parse(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Arguments.USAGE);
            System.exit(2);
            return;
        }
        try {
            if (wanted.demo()) {
                System.exit(Demo.run(wanted) ? 0 : 1);
            }
            serve(wanted);
        } catch (StartFailedException e) {
            System.err.println("The backend could not start: " + e.getCause());
            System.exit(1);
        }
    }
}
