package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.ReplyTo;
import dev.espalier.sync.Fork;
import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;
import dev.espalier.sync.VirtualTime;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpansTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("espalier.actor.path");
    private static final AttributeKey<String> TYPE = AttributeKey.stringKey("espalier.message.type");

    /// What an actor is told to do.
    private interface Act {
        void on(ActorContext<Act> ctx) throws Exception;
    }

    private record Order(Act act) implements Act {
        @Override
        public void on(ActorContext<Act> ctx) throws Exception {
            act.on(ctx);
        }
    }

    private static final class Desk implements Behavior<Act> {
        @Override
        public void onMessage(Act act, ActorContext<Act> ctx) throws Exception {
            act.on(ctx);
        }
    }

    private interface Trial {
        void with(ActorSystem system) throws Exception;
    }

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetry telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    private final Tracer tracer = telemetry.getTracer("test");
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private ActorSystem system(int parallelism) {
        return ActorSystem.builder("shop")
                .handleSignals(false)
                .discoverObservers(false)
                .parallelism(parallelism)
                .observer(new Spans(telemetry))
                .start();
    }

    private void inSystem(Trial trial) throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = system(1)) {
                trial.with(system);
            }
        });
    }

    /// Runs code in a span that belongs to nobody's message.
    private String inSpan(String name, Runnable code) {
        Span span = tracer.spanBuilder(name).startSpan();
        try (Scope scope = span.makeCurrent()) {
            assertFalse(scope.toString().isEmpty());
            code.run();
        } finally {
            span.end();
        }
        return span.getSpanContext().getSpanId();
    }

    private SpanData span(String path) {
        return exporter.getFinishedSpanItems().stream()
                .filter(each -> path.equals(each.getAttributes().get(PATH)))
                .reduce((a, b) -> {
                    throw new AssertionError("two spans of " + path);
                })
                .orElseThrow();
    }

    @AfterEach
    void shouldLeaveNothingCurrent() {
        assertNull(TraceContext.current());
        inSpan("unseen", () -> assertNull(TraceContext.current()));
    }

    @Test
    void shouldMakeASpanOfEachMessageOfATrace() throws Exception {
        inSystem(system -> {
            ActorRef<Act> stock = system.spawn("stock", Desk::new);
            ActorRef<Act> desk = system.spawn("desk", Desk::new);
            String outside = inSpan(
                    "outside",
                    () -> desk.tell(new Order(ctx -> {
                        seen.add(Span.current().getSpanContext().getSpanId());
                        stock.tell(new Order(inner -> {}));
                    })));
            assertTrue(desk.awaitProcessed(SECOND) && stock.awaitProcessed(SECOND));
            SpanData first = span("/shop/desk");
            SpanData second = span("/shop/stock");
            assertEquals(outside, first.getParentSpanId());
            assertEquals(List.of(first.getSpanId()), seen);
            assertEquals(first.getSpanId(), second.getParentSpanId());
            assertEquals(first.getTraceId(), second.getTraceId());
            assertEquals("Desk Order", first.getName());
            assertEquals(SpanKind.CONSUMER, first.getKind());
            assertEquals(Order.class.getName(), first.getAttributes().get(TYPE));
            assertEquals(StatusCode.UNSET, first.getStatus().getStatusCode());
        });
    }

    @Test
    void shouldMakeNoSpanOfOtherMessages() throws Exception {
        inSystem(system -> {
            ActorRef<Act> desk = system.spawn("desk", Desk::new);
            inSpan("outside", () -> desk.tell(ctx -> {}));
            desk.tell(ctx ->
                    seen.add(String.valueOf(Span.current().getSpanContext().isValid())));
            assertTrue(desk.awaitProcessed(SECOND));
            assertEquals(List.of("false"), seen);
            assertEquals(2, exporter.getFinishedSpanItems().size());
        });
    }

    @Test
    void shouldRecordAFailure() throws Exception {
        inSystem(system -> {
            ActorRef<Act> desk = system.spawn("desk", Desk::new);
            inSpan(
                    "outside",
                    () -> desk.tell(ctx -> {
                        throw new IllegalStateException("no apples");
                    }));
            assertTrue(desk.awaitProcessed(SECOND));
            SpanData failed = span("/shop/desk");
            assertEquals(StatusCode.ERROR, failed.getStatus().getStatusCode());
            assertEquals("exception", failed.getEvents().getFirst().getName());
            assertTrue(failed.getEvents().getFirst().getAttributes().toString().contains("no apples"));
        });
    }

    @Test
    void shouldGoOnWithTheSpanThatCodeOfTheActorHasMade() throws Exception {
        inSystem(system -> {
            ActorRef<Act> stock = system.spawn("stock", Desk::new);
            ActorRef<Act> desk = system.spawn("desk", Desk::new);
            inSpan("outside", () -> desk.tell(ctx -> seen.add(inSpan("inner", () -> stock.tell(inner -> {})))));
            assertTrue(desk.awaitProcessed(SECOND) && stock.awaitProcessed(SECOND));
            assertEquals(seen, List.of(span("/shop/stock").getParentSpanId()));
        });
    }

    @Test
    void shouldGoOnWithATraceThatHasComeInHeaders() throws Exception {
        String header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        TraceContext remote = TraceContext.parse(header, "rojo=1,congo=2").orElseThrow();
        inSystem(system -> {
            ActorRef<Act> desk = system.spawn("desk", Desk::new);
            inSpan(
                    "outside",
                    () -> remote.run(() -> {
                        seen.add(Span.current().getSpanContext().getSpanId());
                        desk.tell(ctx -> seen.add(TraceContext.current().tracestate()));
                    }));
            assertTrue(desk.awaitProcessed(SECOND));
            assertEquals(List.of("b7ad6b7169203331", "rojo=1,congo=2"), seen);
            assertEquals(remote.traceId(), span("/shop/desk").getTraceId());
            assertEquals(remote.spanId(), span("/shop/desk").getParentSpanId());
        });
    }

    @Test
    void shouldGoWithAsksAndTheirOutcomesTimersAndForks() throws Exception {
        record Get(ReplyTo<String> replyTo) implements Act {
            @Override
            public void on(ActorContext<Act> ctx) {
                replyTo.reply("done");
            }
        }
        inSystem(system -> {
            ActorRef<Act> stock = system.spawn("stock", Desk::new);
            ActorRef<Act> late = system.spawn("late", Desk::new);
            ActorRef<Act> forked = system.spawn("forked", Desk::new);
            ActorRef<Act> desk = system.spawn("desk", Desk::new);
            inSpan(
                    "outside",
                    () -> desk.tell(new Order(ctx -> {
                        stock.ask(Get::new, SECOND);
                        ctx.timers().once("once", inner -> late.tell(last -> {}), SECOND);
                        Fork.start("fork", () -> forked.tell(inner -> {})).get(SECOND);
                    })));
            Strand.sleep(SECOND.multipliedBy(2));
            List<SpanData> own = exporter.getFinishedSpanItems().stream()
                    .filter(each -> "/shop/desk".equals(each.getAttributes().get(PATH)))
                    .toList();
            assertEquals(2, own.size());
            String order = own.getFirst().getSpanId();
            assertEquals(order, own.getLast().getParentSpanId());
            assertEquals(order, span("/shop/stock").getParentSpanId());
            assertEquals(order, span("/shop/forked").getParentSpanId());
            assertEquals(own.getLast().getSpanId(), span("/shop/late").getParentSpanId());
        });
    }

    @Test
    void shouldEndTheSpansOfABatchTogether() throws Exception {
        inSystem(system -> {
            List<Integer> ended = new ArrayList<>();
            ActorRef<String> body = system.spawnBody("body", (inbox, ctx) -> {
                Strand.sleep(SECOND);
                while (inbox.receiveBatch(3).size() > 0) {
                    ended.add(exporter.getFinishedSpanItems().size());
                }
            });
            inSpan("one", () -> body.tell("a"));
            inSpan("two", () -> body.tell("b"));
            body.tell("c");
            assertTrue(body.awaitProcessed(SECOND.multipliedBy(2)));
            assertEquals(List.of(2), ended);
            assertEquals(4, exporter.getFinishedSpanItems().size());
        });
    }

    @Test
    @SuppressWarnings({"MustBeClosedChecker", "resource"}) // that is what is tested
    void shouldClearTheThreadOfWhatAnActorHasLeftOpen() throws Exception {
        inSystem(system -> {
            ActorRef<Act> careless = system.spawn("careless", Desk::new);
            ActorRef<Act> next = system.spawn("next", Desk::new);
            careless.tell(ctx -> tracer.spanBuilder("open").startSpan().makeCurrent());
            next.tell(ctx ->
                    seen.add(String.valueOf(Span.current().getSpanContext().isValid())));
            assertTrue(next.awaitProcessed(SECOND));
            assertEquals(List.of("false"), seen);
        });
    }
}
