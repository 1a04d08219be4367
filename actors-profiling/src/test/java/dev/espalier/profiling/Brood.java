package dev.espalier.profiling;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Restart;
import java.util.concurrent.CountDownLatch;

/// Many short lives: an actor spawns children, each of which handles one message, a string, and ends.
public final class Brood {
    private record Breed(int children, CountDownLatch done) {}

    private static final class Parent implements Behavior<Breed> {
        @Override
        public void onMessage(Breed breed, ActorContext<Breed> ctx) {
            for (int i = 0; i < breed.children; i++) {
                ActorRef<String> child =
                        ctx.spawn(ActorSpec.behavior("c" + i, Once::new).restart(Restart.TEMPORARY));
                child.tell("hello, world");
                if (i % 1_000 == 999) {
                    child.join();
                }
            }
            breed.done.countDown();
        }
    }

    private static final class Once implements Behavior<String> {
        @Override
        public void onMessage(String message, ActorContext<String> ctx) {
            ctx.stop();
        }
    }

    public final ActorRef<?> parent;
    /// Opens when all have been spawned.
    public final CountDownLatch done = new CountDownLatch(1);

    public Brood(ActorSystem system, int children) {
        ActorRef<Breed> fresh = system.spawn("parent", Parent::new);
        parent = fresh;
        fresh.tell(new Breed(children, done));
    }

    /// Whether all have been spawned and have ended.
    public boolean isOver() {
        return done.getCount() == 0 && parent.info().children().isEmpty();
    }
}
