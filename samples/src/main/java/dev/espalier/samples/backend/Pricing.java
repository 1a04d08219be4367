package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.BackOff;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.ReplyTo;
import dev.espalier.actor.Supervision;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/// Prices items by a service that is not reliable. The service's client is a child of its own: when it fails,
/// it alone is replaced, after a wait, and the request that it failed over is tried again. Who asked notices a
/// delay.
final class Pricing implements Behavior<Pricing.Price> {
    static final Supervision SUPERVISION = Supervision.oneForOne().intensity(200, Duration.ofSeconds(10));

    /// Empty for an unknown item.
    record Price(String item, int quantity, ReplyTo<OptionalLong> replyTo) {}

    private final ActorRef<Price> downstream;

    /// @param life about how many calls the service survives
    Pricing(ActorContext<Price> ctx, int life) {
        downstream = ctx.spawn(ActorSpec.behavior("downstream", () -> new Downstream(life))
                .backOff(BackOff.exponential(Duration.ofMillis(5), Duration.ofMillis(100)))
                .retryFailedMessage(3));
    }

    @Override
    public void onMessage(Price message, ActorContext<Price> ctx) {
        message.replyTo().forward(downstream, message);
    }

    /// The client of the service: one incarnation is one connection.
    private static final class Downstream implements Behavior<Price> {
        private static final Map<String, Long> CENTS =
                Map.of("apple-tree", 2_900L, "pear-tree", 3_400L, "plum-tree", 3_100L, "espalier-wire", 450L);

        private int callsLeft;

        Downstream(int life) {
            callsLeft = ThreadLocalRandom.current().nextInt(life / 2, life + life / 2 + 1);
        }

        @Override
        public void onMessage(Price message, ActorContext<Price> ctx) throws IOException {
            if (callsLeft-- == 0) {
                throw new IOException("the pricing service closed the connection");
            }
            Long cents = CENTS.get(message.item());
            message.replyTo().reply(cents == null ? OptionalLong.empty() : OptionalLong.of(cents * message.quantity()));
        }
    }
}
