package dev.espalier.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Engine;
import dev.espalier.benchmarks.engine.Engines;
import dev.espalier.benchmarks.engine.Handler;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// What many idle actors cost: bytes of heap for each, the processor while nothing happens, their creation and their
/// stop. One JVM per engine; in it one actor makes all others as its children and sends each a message.
///
/// *Bytes* are the difference of the used heap after full collections, with all that belongs to an actor:
/// name, place in its parent, mailbox, stack. The handler is shared by all, so the user's own object is not
/// in it. *Idle CPU* is processor time of the whole JVM over 10 s, in percent of one core.
public final class Footprint {
    private static final int WARM = 50_000;
    private static final int IDLE_SECONDS = 10;
    private static final double NANOS = 1e9;

    private static final Handler<Finish> IDLE = (finish, self) -> finish.done(1);

    private final Engine engine;

    private Footprint(Engine engine) {
        this.engine = engine;
    }

    /// Measures and prints a row.
    ///
    /// @param args the engine and the number of actors
    public static void main(String[] args) throws InterruptedException {
        String name = args[0];
        int actors = Integer.parseInt(args[1]);
        try (Engine engine = Engines.start(name)) {
            Footprint footprint = new Footprint(engine);
            footprint.stop(footprint.create(WARM));
            footprint.stop(footprint.create(WARM));
            footprint.measure(name, actors);
        }
    }

    private void measure(String name, int actors) throws InterruptedException {
        long before = usedHeap();
        long began = System.nanoTime();
        Address<Finish> parent = create(actors);
        long creation = System.nanoTime() - began;
        double bytes = (usedHeap() - before) / (double) actors;
        double idle = idleCores();
        began = System.nanoTime();
        stop(parent);
        long stop = System.nanoTime() - began;
        System.out.printf(
                Locale.ROOT,
                "| %-18s | %,d actors | %5.0f bytes each | creation %6.0f ns each | idle CPU %.2f %% | stop %6.0f ns"
                        + " each |%n",
                name,
                actors,
                bytes,
                creation / (double) actors,
                100 * idle,
                stop / (double) actors);
    }

    private Address<Finish> create(int actors) {
        Finish finish = new Finish(actors);
        Address<Finish> parent = engine.spawn(() -> (go, self) -> {
            for (int i = 0; i < actors; i++) {
                self.<Finish>spawn(i, () -> IDLE).tell(go);
            }
        });
        parent.tell(finish);
        finish.await(actors);
        return parent;
    }

    private void stop(Address<Finish> parent) {
        engine.stop(parent);
        engine.awaitStopped(parent);
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(200); // for what cleans up after a collection
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double idleCores() throws InterruptedException {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getProcessCpuTime();
        Thread.sleep(IDLE_SECONDS * 1_000L);
        return (system.getProcessCpuTime() - before) / (IDLE_SECONDS * NANOS);
    }
}
