package dev.espalier.actor;

import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// What the tests of timers share.
final class TimersFixture {
    private TimersFixture() {}

    /// A tick and when it was handled.
    record Tick(String what, long millis) {}

    static long nowMillis() {
        return VirtualTime.elapsed().toMillis();
    }

    /// An actor that sets its timers at the start and writes down every tick.
    static Behavior<String> ticking(
            List<Tick> ticks, BiConsumer<Timers<String>, ActorContext<String>> atStart, Duration work) {
        return new Behavior<>() {
            @Override
            public void onStart(ActorContext<String> ctx) {
                atStart.accept(ctx.timers(), ctx);
            }

            @Override
            public void onMessage(String message, ActorContext<String> ctx) {
                ticks.add(new Tick(message, nowMillis()));
                if (message.equals("fail")) {
                    throw new IllegalStateException("on purpose");
                }
                Strand.sleep(work);
            }
        };
    }

    /// An actor that sets its timers at the start and then handles its messages.
    static Behavior<String> timed(Consumer<Timers<String>> atStart, Behavior<String> handler) {
        return new Behavior<>() {
            @Override
            public void onStart(ActorContext<String> ctx) {
                atStart.accept(ctx.timers());
            }

            @Override
            public void onMessage(String message, ActorContext<String> ctx) throws Exception {
                handler.onMessage(message, ctx);
            }
        };
    }

    static Duration millis(long n) {
        return Duration.ofMillis(n);
    }
}
