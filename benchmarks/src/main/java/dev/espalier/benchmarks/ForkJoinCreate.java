package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// One actor makes 10,000 children and sends each a message, after which the child stops itself; then the parent is
/// stopped and waited for, so all children have ended. The score is ns per child. Savina: Fork Join (actor creation).
public class ForkJoinCreate extends EveryEngine {
    private static final int CHILDREN = 10_000;

    private static final Handler<Finish> CHILD = (finish, self) -> {
        finish.done(1);
        self.stop();
    };

    /// One run.
    @Benchmark
    @OperationsPerInvocation(CHILDREN)
    public void actor() {
        int children = shareOf(CHILDREN);
        Finish finish = new Finish(children);
        Address<Finish> parent = engine().spawn(() -> (go, self) -> {
            for (int i = 0; i < children; i++) {
                self.<Finish>spawn(i, () -> CHILD).tell(go);
            }
        });
        parent.tell(finish);
        finish.await(children);
        engine().stop(parent);
        engine().awaitStopped(parent);
    }
}
