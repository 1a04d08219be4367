package dev.espalier.samples.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.samples.backend.Desk.Got;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class BackendTest {
    @TempDir
    Path folder;

    @Test
    void shouldStoreAnOrderOnceWhenItIsSentTwice() throws Exception {
        try (Desk desk = new Desk(Desk.settings(folder))) {
            Got first = desk.post(Desk.json("o-1", "ann", "apple-tree", "2"));
            assertEquals(201, first.status());
            assertEquals("/orders/o-1", first.header("Location"));
            assertEquals(5_800, first.body().path("totalCents").longValue());
            Got again = desk.post(Desk.json("o-1", "ann", "apple-tree", "2"));
            assertEquals(200, again.status());
            assertEquals(first.body(), again.body());
            Got other = desk.post(Desk.json("o-1", "ann", "apple-tree", "3"));
            assertEquals(409, other.status());

            Got found = desk.get("/orders/o-1");
            assertEquals(200, found.status());
            assertEquals(Comparison.order(first.body()), Comparison.order(found.body()));
            assertEquals(404, desk.get("/orders/o-2").status());
            assertEquals(200, desk.get("/health").status());
            assertEquals(200, desk.get("/ready").status());
            desk.backend.stop();
            assertTrue(desk.backend.system().report().isClean());
            assertEquals(Set.of("o-1"), desk.rows().keySet());
        }
    }

    @Test
    void shouldSayWhyWhenARequestIsBad() throws Exception {
        try (Desk desk = new Desk(Desk.settings(folder))) {
            assertBad(desk, "", "not a JSON object");
            assertBad(desk, "{", "not JSON");
            assertBad(desk, "[]", "not a JSON object");
            assertBad(desk, "{} {}", "not JSON");
            assertBad(desk, "{\"id\":\"a\",\"id\":\"b\"}", "not JSON");
            assertBad(desk, Desk.json("", "ann", "apple-tree", "1"), "id must");
            assertBad(desk, Desk.json("a/b", "ann", "apple-tree", "1"), "id must");
            assertBad(desk, Desk.json("a".repeat(65), "ann", "apple-tree", "1"), "id must");
            assertBad(desk, Desk.json("a", "../x", "apple-tree", "1"), "customer must");
            assertBad(desk, Desk.json("a", "ann", "apple-tree", "0"), "quantity must");
            assertBad(desk, Desk.json("a", "ann", "apple-tree", "1001"), "quantity must");
            assertBad(desk, Desk.json("a", "ann", "apple-tree", "1.5"), "quantity must");
            assertBad(desk, Desk.json("a", "ann", "apple-tree", "99999999999"), "quantity must");
            assertBad(desk, Desk.json("a", "ann", "gold", "1"), "no such item: gold");
            assertEquals(413, desk.post(" ".repeat(Settings.LARGEST_BODY + 1)).status());
            assertEquals(404, desk.get("/other").status());
            Got deleted = desk.send(HttpRequest.newBuilder(desk.uri("/orders")).DELETE());
            assertEquals(405, deleted.status());
            assertEquals("POST", deleted.header("Allow"));
            assertTrue(desk.rows().isEmpty());
        }
    }

    @Test
    void shouldSayThatTheBodyIsBadWhenItCannotBeRead() throws Exception {
        try (Desk desk = new Desk(Desk.settings(folder))) {
            String chunked = "Transfer-Encoding: chunked\r\n\r\n";
            for (String rest : List.of(chunked + "xyz\r\n", chunked + "ffffffff\r\n{", "Content-Length: 9\r\n\r\n{}")) {
                try (Wire wire = new Wire()) {
                    wire.connect(desk.backend.port());
                    assertEquals(400, wire.sendLast("POST /orders HTTP/1.1\r\nHost: localhost\r\n" + rest), rest);
                }
            }
            assertTrue(desk.backend.stop().isClean());
        }
    }

    @Test
    void shouldRepeatWhatTheClientHasSentOnlyIfItIsText() throws Exception {
        try (Desk desk = new Desk(Desk.settings(folder))) {
            assertBad(desk, "{\"\\ud800\":1,\"\\ud800\":2}", "not JSON");
        }
    }

    @Test
    void shouldNotAskTheDatabaseForWhatCannotBeAnId() throws Exception {
        try (Desk desk = new Desk(Desk.settings(folder))) {
            var db = desk.backend.system().find("/backend/db").orElseThrow();
            for (String id : List.of("%00", "a%2Fb", "a".repeat(65), "")) {
                assertEquals(404, desk.get("/orders/" + id).status(), id);
            }
            assertEquals(0, db.ledger().accepted());
            assertEquals(404, desk.get("/orders/a").status());
            assertEquals(1, db.ledger().accepted());
        }
    }

    private static void assertBad(Desk desk, String body, String reason) {
        Got got = desk.post(body);
        assertEquals(400, got.status(), body);
        assertTrue(got.error().contains(reason), got.error());
        assertFalse(got.error().contains("espalier.samples"), got.error());
    }

    @Test
    void shouldShowNothingOfItsInsideWhenItFailsUnexpectedly() {
        Answer answer = Answer.ofFailure(new IllegalStateException("the secret"));
        assertEquals(500, answer.status());
        assertEquals("{error=internal error}", answer.body().toString());
    }

    @Test
    void shouldAnswer429WhenACustomerHasTooManyOrdersWaiting() throws Exception {
        Settings d = Desk.settings(folder);
        Settings few = new Settings(0, d.db(), d.deadline(), 512, 2, d.idle(), d.lameDuck(), d.downstreamLife());
        try (Desk desk = new Desk(few)) {
            assertFlood(desk, i -> "ann", 429);
        }
    }

    @Test
    void shouldAnswer503WhenTooManyRequestsAreInFlight() throws Exception {
        Settings d = Desk.settings(folder);
        Settings few = new Settings(0, d.db(), d.deadline(), 3, 64, d.idle(), d.lameDuck(), d.downstreamLife());
        try (Desk desk = new Desk(few)) {
            assertFlood(desk, i -> "customer-" + i % 8, 503);
        }
    }

    /// 200 requests at once: some are stored, the others are told to come back, and nothing is in between.
    private static void assertFlood(Desk desk, IntFunction<String> customer, int refusal) throws Exception {
        List<Callable<Got>> calls = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> calls.add(() -> desk.order("flood-" + i, customer.apply(i))));
        List<Got> all = Desk.atOnce(calls);
        List<Got> refused = all.stream().filter(got -> got.status() == refusal).toList();
        List<Got> stored = all.stream().filter(got -> got.status() == 201).toList();
        assertEquals(200, refused.size() + stored.size(), () -> all.toString());
        assertFalse(refused.isEmpty());
        assertFalse(stored.isEmpty());
        refused.forEach(got -> assertEquals("1", got.header("Retry-After")));
        assertEquals(201, desk.order("afterwards", "ann").status());
        assertEquals(stored.size() + 1, desk.rows().size());
    }

    @Test
    void shouldSendACustomerAwayWhenItIsIdle() throws Exception {
        Settings d = Desk.settings(folder);
        Settings brief = new Settings(0, d.db(), d.deadline(), 512, 64, Duration.ofMillis(50), d.lameDuck(), 1_000_000);
        try (Desk desk = new Desk(brief)) {
            assertEquals(201, desk.order("o-1", "ann").status());
            Awaitility.await()
                    .until(() ->
                            desk.backend.system().find("/backend/customers/ann").isEmpty());
            Got next = desk.order("o-2", "ann");
            assertEquals(201, next.status());
            assertEquals(5_800, next.body().path("customerTotalCents").longValue());
        }
    }

    @Test
    void shouldLoseNoOrderWhenCustomersComeAndGo() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Settings d = Desk.settings(folder);
        Settings brief = new Settings(0, d.db(), d.deadline(), 512, 64, Duration.ofMillis(2), d.lameDuck(), 1_000_000);
        try (Desk desk = new Desk(brief)) {
            List<Callable<List<Comparison.Answered>>> clients = new ArrayList<>();
            for (int c = 0; c < 8; c++) {
                int client = c;
                clients.add(() -> comeAndGo(desk, client, new Random(seed + client)));
            }
            List<Comparison.Answered> answers =
                    Desk.atOnce(clients).stream().flatMap(List::stream).toList();
            Comparison comparison = new Comparison(answers);
            assertEquals(8 * 100, comparison.withRowsOf(desk.db));
            assertEquals(List.of(), comparison.wrong());
        }
    }

    /// Two clients serve one customer, with pauses about as long as it is patient.
    private static List<Comparison.Answered> comeAndGo(Desk desk, int client, Random random) {
        List<Comparison.Answered> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Got got = desk.order("o-" + client + "-" + i, "customer-" + client / 2);
            answers.add(new Comparison.Answered(false, got.status(), got.body()));
            LockSupport.parkNanos(random.nextInt(5_000_000));
        }
        return answers;
    }

    @Test
    void shouldStoreEveryOrderWhenThePricingServiceIsFlaky() throws Exception {
        Settings d = Desk.settings(folder);
        Settings flaky = new Settings(0, d.db(), d.deadline(), 512, 64, d.idle(), d.lameDuck(), 8);
        try (Desk desk = new Desk(flaky)) {
            List<Callable<Got>> calls = new ArrayList<>();
            IntStream.range(0, 100).forEach(i -> calls.add(() -> desk.order("o-" + i, "customer-" + i % 10)));
            Desk.atOnce(calls).forEach(got -> assertEquals(201, got.status(), () -> got.toString()));
            long failures = desk.backend.system().failures().stream()
                    .filter(failure -> failure.path().equals("/backend/pricing/downstream"))
                    .count();
            assertTrue(failures >= 5, failures + " failures");
            assertEquals(100, desk.rows().size());
        }
    }

    @Test
    void shouldComeBackWhenTheDatabaseHasFailed() throws Exception {
        try (Desk desk = new Desk(Desk.settings(folder))) {
            try (Connection connection = DriverManager.getConnection(desk.db);
                    Statement sql = connection.createStatement()) {
                sql.execute("DROP TABLE orders");
            }
            Got failed = desk.order("o-1", "ann");
            assertEquals(503, failed.status());
            assertFalse(failed.error().contains("SQL"), failed.error());
            assertEquals(503, desk.get("/orders/o-1").status()); // its new incarnation makes the table again
            Awaitility.await()
                    .until(() -> desk.get("/orders/o-1").status() == 404
                            && desk.order("o-1", "ann").status() == 201);
        }
    }

    @Test
    void shouldNotBeReadyBeforeItRefusesWhenItStops() throws Exception {
        Settings d = Desk.settings(folder);
        Settings slow = new Settings(0, d.db(), d.deadline(), 512, 64, d.idle(), Duration.ofMillis(800), 1_000_000);
        try (Desk desk = new Desk(slow)) {
            assertEquals(200, desk.get("/ready").status());
            desk.backend.system().stop();
            Awaitility.await().until(() -> desk.get("/ready").status() == 503);
            Got late = desk.order("o-1", "ann");
            assertEquals(201, late.status());
            assertEquals("close", late.header("Connection"));
            assertEquals(200, desk.get("/health").status());
            assertTrue(desk.backend.stop().isClean());
            assertEquals(Set.of("o-1"), desk.rows().keySet());
        }
    }

    @Test
    void shouldAnswerAConnectionThatIsAcceptedWhenTheListenerHasClosed() throws Exception {
        Settings d = Desk.settings(folder);
        Settings slow = new Settings(0, d.db(), d.deadline(), 512, 64, d.idle(), Duration.ofMillis(900), 1_000_000);
        try (Desk desk = new Desk(slow);
                Wire silent = new Wire()) {
            int port = desk.backend.port();
            silent.connect(port);
            assertEquals(200, desk.get("/health").status()); // accepted after the other one
            desk.backend.system().stop();
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> isRefused(port));
            assertEquals(503, silent.post(Desk.json("o-1", "ann", "apple-tree", "1")));
            assertFalse(silent.isOpen());
            assertTrue(desk.backend.stop().isClean());
            assertTrue(desk.rows().isEmpty());
        }
    }

    private static boolean isRefused(int port) throws IOException {
        try (Wire probe = new Wire()) {
            probe.connect(port);
            return false;
        } catch (SocketException e) { // or reset, if it waited in the backlog when the listener closed
            return true;
        }
    }
}
