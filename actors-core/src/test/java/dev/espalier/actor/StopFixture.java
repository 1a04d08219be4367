package dev.espalier.actor;

import java.time.Duration;
import java.util.List;

/// What the tests of the stop share.
final class StopFixture {
    private StopFixture() {}

    static final Duration SECOND = Duration.ofSeconds(1);
    static final Duration LONG = Duration.ofSeconds(30);

    /// A behavior that makes children and notes when it stops.
    static ActorSpec<Object> node(String name, List<String> stopped, List<ActorSpec<Object>> children) {
        return ActorSpec.behavior(name, () -> new Behavior<>() {
            @Override
            public void onStart(ActorContext<Object> ctx) {
                children.forEach(ctx::spawn);
            }

            @Override
            public void onMessage(Object message, ActorContext<Object> ctx) {}

            @Override
            public void onStop(ActorContext<Object> ctx) {
                stopped.add(ctx.path());
            }
        });
    }
}
