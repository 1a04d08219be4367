package dev.espalier.actor;

import dev.espalier.sync.VirtualTime;
import java.time.Duration;

/// What the tests of the guide's chapters share.
final class GuideFixture {
    static final Duration LONG = Duration.ofSeconds(10);

    private GuideFixture() {}

    static void simulate(VirtualTime.ThrowingRunnable test) throws Exception {
        VirtualTime.run(1, test);
    }

    static ActorSystem start() {
        return ActorSystem.builder("shop").handleSignals(false).start();
    }
}
