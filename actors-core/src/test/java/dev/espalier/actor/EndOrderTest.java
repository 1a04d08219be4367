package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// A parent that is asked to stop at the very end of a child that ends by itself.
class EndOrderTest {
    private final List<String> ends = new ArrayList<>();
    private final AtomicBoolean inBetween = new AtomicBoolean();
    private final AtomicReference<ActorRef<String>> child = new AtomicReference<>();

    /// Lets somebody else come in between.
    private void pause() {
        inBetween.set(true);
        for (int i = 0; i < 50; i++) {
            VirtualTime.pause();
        }
    }

    private ActorSystem start(Runnable whenAnnounced) {
        return MailFixture.builder()
                .observer(new ActorObserver() {
                    @Override
                    public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
                        if (actor.name().equals("c")) {
                            whenAnnounced.run();
                        }
                        ends.add(actor.path());
                    }
                })
                .start();
    }

    /// A parent with a child that is about to end by itself.
    private ActorRef<String> family(ActorSystem system, Runnable whenStopped) {
        return system.spawn(ActorSpec.<String>behaviorWith("p", ctx -> {
            ActorRef<String> own = ctx.spawn(ActorSpec.<String>behavior("c", () -> (message, c) -> c.stop())
                    .restart(Restart.TEMPORARY));
            child.set(own);
            own.stopped().onGo(whenStopped);
            own.tell("end");
            return (message, c) -> {};
        }));
    }

    private void stopInBetween(ActorRef<String> parent) {
        while (!inBetween.get()) {
            VirtualTime.pause();
        }
        parent.stop();
        parent.join();
        for (int i = 0; i < 100; i++) {
            VirtualTime.pause();
        }
    }

    @Test
    void shouldAnnounceAChildBeforeItsParentWhenTheParentIsStoppedMeanwhile() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start(() -> {})) {
                stopInBetween(family(system, this::pause));
            }
            assertEquals(List.of("/t/p/c", "/t/p", "/t"), ends);
        });
    }

    @Test
    void shouldHaveStoppedBeforeItsParentWhenTheParentIsStoppedMeanwhile() throws Exception {
        VirtualTime.run(() -> {
            try (ActorSystem system = start(this::pause)) {
                ActorRef<String> parent = family(system, () -> {});
                var childFirst = new AtomicBoolean();
                parent.stopped().onGo(() -> childFirst.set(child.get().stopped().isGo()));
                stopInBetween(parent);
                assertTrue(childFirst.get());
            }
            assertEquals(List.of("/t/p/c", "/t/p", "/t"), ends);
        });
    }

    /// Who waits for the end of a child may want its name.
    @Test
    void shouldHaveFreedItsNameWhenItHasStopped() throws Exception {
        VirtualTime.run(() -> {
            var again = new AtomicBoolean();
            try (ActorSystem system = start(() -> {})) {
                ActorRef<String> first = system.spawn("a", () -> (message, ctx) -> {});
                first.stopped().onGo(() -> {
                    system.spawn("a", () -> (message, ctx) -> {});
                    again.set(true);
                });
                first.stop();
                first.join();
                VirtualTime.pause();
            }
            assertTrue(again.get());
        });
    }

    @Test
    void shouldEndWhenAListenerStopsTheSystem() throws Exception {
        VirtualTime.run(() -> {
            ActorSystem system = start(() -> {});
            ActorRef<String> main = system.spawn(ActorSpec.<String>behavior("main", () -> (message, ctx) -> ctx.stop())
                    .restart(Restart.TEMPORARY));
            main.stopped().onGo(system::stop);
            main.tell("end");
            system.awaitShutdown();
            assertEquals(List.of("/t/main", "/t"), ends);
        });
    }
}
