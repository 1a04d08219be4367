package dev.espalier.actor;

import java.time.Duration;

/// What the tests of asks share.
final class AskFixture {
    private AskFixture() {}

    static final Duration SECOND = Duration.ofSeconds(1);
    static final Duration LONG = Duration.ofSeconds(30);

    /// A request: the reply goes to `replyTo`.
    record Get(int value, ReplyTo<Integer> replyTo) {}

    static int get(ActorRef<Get> from, int value, Duration timeout) {
        return from.<Integer>ask(replyTo -> new Get(value, replyTo), timeout);
    }

    static ActorRef<Get> echo(ActorSystem system, String name) {
        return system.spawn(name, () -> (message, ctx) -> message.replyTo.reply(message.value));
    }

    static ActorRef<Get> silent(ActorSystem system, String name) {
        return system.spawn(name, () -> (message, ctx) -> {});
    }
}
