package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Restart;
import dev.espalier.sync.Signal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.MetricType;
import org.hawkular.agent.prometheus.walkers.PrometheusMetricsWalker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The meters, as Prometheus' text reads to a parser that is not ours, and as Micrometer has them.
class MetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Some characters that must be escaped.
    private static final String NAME = "a \"shop\" \\ more";

    private static final class Desk implements Behavior<String> {
        @Override
        public void onMessage(String order, dev.espalier.actor.ActorContext<String> ctx) {
            if (order.equals("rotten")) {
                throw new IllegalStateException("a rotten apple");
            }
        }
    }

    private final ActorSystem system =
            ActorSystem.builder(NAME).handleSignals(false).start();
    private final Events events = ObserverEvents.of(system);
    private final Map<String, MetricType> types = new TreeMap<>();

    @AfterEach
    void stop() {
        system.close();
    }

    private ActorRef<String> desk(String name, Restart restart) {
        return system.spawn(ActorSpec.behavior(name, Desk::new).restart(restart));
    }

    private static void send(ActorRef<String> desk, String... orders) {
        for (String order : orders) {
            desk.tell(order);
        }
        assertTrue(desk.awaitProcessed(PATIENCE));
    }

    /// `name class group` or `name reason`, to the value.
    private Map<String, Double> scrape() {
        Map<String, Double> values = new TreeMap<>();
        byte[] text = MetricsPart.of(system, events);
        new TextPrometheusMetricsProcessor(new ByteArrayInputStream(text), new PrometheusMetricsWalker() {
                    @Override
                    public void walkStart() {}

                    @Override
                    public void walkFinish(int families, int metrics) {}

                    @Override
                    public void walkMetricFamily(MetricFamily family, int index) {
                        types.put(family.getName(), family.getType());
                        assertFalse(family.getHelp().isBlank(), family.getName());
                    }

                    private void put(Metric metric, double value) {
                        Map<String, String> labels = new TreeMap<>(metric.getLabels());
                        assertEquals(NAME, labels.remove("system"));
                        values.put((metric.getName() + " " + String.join(" ", labels.values())).strip(), value);
                    }

                    @Override
                    public void walkCounterMetric(MetricFamily family, Counter counter, int index) {
                        put(counter, counter.getValue());
                    }

                    @Override
                    public void walkGaugeMetric(MetricFamily family, Gauge gauge, int index) {
                        put(gauge, gauge.getValue());
                    }

                    @Override
                    public void walkSummaryMetric(
                            MetricFamily family, org.hawkular.agent.prometheus.types.Summary summary, int index) {
                        throw new AssertionError(family.getName());
                    }

                    @Override
                    public void walkHistogramMetric(
                            MetricFamily family, org.hawkular.agent.prometheus.types.Histogram histogram, int index) {
                        throw new AssertionError(family.getName());
                    }
                })
                .walk();
        assertFalse(new String(text, UTF_8).contains("/"), "there are no paths");
        return values;
    }

    @Test
    void shouldBeReadByAParserOfPrometheus() {
        scrape(); // what ends is counted from the first look on
        String type = Desk.class.getName() + " ";
        ActorRef<String> left = desk("left", Restart.PERMANENT);
        ActorRef<String> right = desk("right", Restart.TEMPORARY);
        send(left, "apple", "rotten", "pear");
        send(right, "apple", "pear");
        assertTrue(left.awaitReady(PATIENCE));
        Map<String, Double> now = scrape();
        assertEquals(3, now.get("espalier_messages_processed_total " + type + "left"));
        assertEquals(2, now.get("espalier_messages_accepted_total " + type + "right"));
        assertEquals(1, now.get("espalier_messages_failed_total " + type + "left"));
        assertEquals(1, now.get("espalier_actor_restarts_total " + type + "left"));
        assertEquals(1, now.get("espalier_actors " + type + "left"));
        assertEquals(1, now.get("espalier_actors none"), "the root");
        assertEquals(0, now.get("espalier_dead_letters_total left_over"));
        assertEquals(MetricType.COUNTER, types.get("espalier_messages_processed_total"));
        assertEquals(MetricType.GAUGE, types.get("espalier_mailbox_messages"));
        assertEquals(11, types.size());
    }

    @Test
    void shouldKeepWhatEndedActorsHaveDone() {
        scrape();
        for (int i = 0; i < 20; i++) {
            ActorRef<String> desk = desk("desk", Restart.TEMPORARY);
            send(desk, "apple", "pear");
            desk.stop();
            assertTrue(desk.stopped().waitForGo(PATIENCE));
        }
        String key = Desk.class.getName() + " desk";
        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> scrape().getOrDefault("espalier_messages_processed_total " + key, 0.0) == 40);
        assertEquals(0, scrape().get("espalier_actors " + key));
    }

    @Test
    void shouldNeverFallThoughActorsEndMeanwhile() {
        double before = 0;
        for (int i = 0; i < 200; i++) {
            ActorRef<String> desk = desk("desk", Restart.TEMPORARY);
            send(desk, "apple");
            desk.stop();
            double now = scrape().entrySet().stream()
                    .filter(each -> each.getKey().startsWith("espalier_messages_processed_total"))
                    .filter(each -> each.getKey().endsWith("Desk desk"))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
            assertTrue(now >= before, () -> "it fell to " + now);
            before = now;
            assertTrue(desk.stopped().waitForGo(PATIENCE));
        }
        assertTrue(before > 150, "it counts");
    }

    @Test
    void shouldCountAMessageOnceThoughTheClassOfItsActorWasNotKnownAtFirst() throws InterruptedException {
        Signal gate = new Signal();
        Thread spawner = Thread.startVirtualThread(() -> system.spawn(ActorSpec.behavior("late", () -> {
            gate.waitForGo();
            return new Desk();
        })));
        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> system.find("/" + NAME + "/late").isPresent());
        @SuppressWarnings("unchecked")
        ActorRef<String> late =
                (ActorRef<String>) system.find("/" + NAME + "/late").orElseThrow();
        late.tell("apple");
        late.tell("pear");
        Map<String, Double> before = scrape();
        assertEquals(2, before.get("espalier_mailbox_messages none late"), "they wait");
        gate.go();
        spawner.join();
        assertTrue(late.awaitProcessed(PATIENCE));
        double accepted = scrape().entrySet().stream()
                .filter(each -> each.getKey().startsWith("espalier_messages_accepted_total"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        assertEquals(2, accepted);
    }

    @Test
    void shouldNotFallWhileItIsNotToldYetThatAnActorHasEnded() {
        ByClass untold = new ByClass();
        ActorRef<String> desk = desk("desk", Restart.TEMPORARY);
        send(desk, "apple");
        ByClass.Key key = new ByClass.Key(Desk.class.getName(), "desk");
        assertEquals(1, untold.read(system).get(key).sums().ledger().processed());
        desk.stop();
        assertTrue(desk.stopped().waitForGo(PATIENCE));
        ByClass.Figures after = untold.read(system).get(key);
        assertEquals(1, after.sums().ledger().processed());
        assertEquals(0, after.actors());
    }

    @Test
    void shouldHaveFewKeysHoweverManyActorsThereAre() {
        List<ActorRef<String>> all = new ArrayList<>();
        for (int i = 0; i < ByClass.MOST + 100; i++) {
            all.add(desk("desk-" + i, Restart.TEMPORARY));
            all.getLast().tell("apple");
        }
        all.forEach(desk -> assertTrue(desk.awaitProcessed(PATIENCE)));
        Map<ByClass.Key, ByClass.Figures> read = events.byClass.read(system);
        assertTrue(read.size() <= ByClass.MOST + 1, () -> read.size() + " keys");
        assertEquals(
                ByClass.MOST + 100,
                read.values().stream()
                        .mapToLong(each -> each.sums().ledger().processed())
                        .sum());
    }

    @Test
    void shouldBeMetersOfMicrometer() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        ActorRef<String> desk = desk("left", Restart.TEMPORARY);
        send(desk, "apple");
        new Meters(system).bindTo(registry);
        send(desk, "pear");
        org.awaitility.Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> registry.get("espalier.messages.processed")
                                .tags("system", NAME, "class", Desk.class.getName(), "group", "left")
                                .functionCounter()
                                .count()
                        == 2);
        assertEquals(
                1, registry.get("espalier.actors").tag("group", "left").gauge().value());
        registry.getMeters().forEach(meter -> assertTrue(meter.getId().getTags().size() == 3, meter.toString()));
    }
}
