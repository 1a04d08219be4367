package dev.espalier.actor;

import dev.espalier.sync.Strand;
import dev.espalier.sync.TraceContext;

/// Starts behaviors on the thread of their spawner, so that a spawn costs no thread switch and its caller knows
/// whether it has failed.
final class Nested {
    /// Starts within starts; deeper ones get a thread, so that a chain of any depth overflows no stack.
    private static final int DEEPEST = 24;

    private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

    private Nested() {}

    /// Begins the life of the actor and runs its first command.
    ///
    /// @return false if the stack is deep already; then nothing was done
    static boolean start(Cell<?> cell) {
        int[] depth = DEPTH.get();
        if (depth[0] >= DEEPEST) {
            return false;
        }
        Cell<?> caller = Cell.current();
        Strand self = Strand.current();
        TraceContext trace = self.trace();
        depth[0]++;
        // Its scheduler does not see it while another runs inside.
        Thread before = caller == null ? null : caller.program.swapUserThread(Thread.currentThread());
        Cell.enter(cell);
        try {
            cell.life.begin();
            if (cell.program.take()) {
                cell.program.stepOnce();
            }
        } finally {
            Cell.enter(caller);
            self.trace(trace);
            if (caller != null) {
                caller.program.swapUserThread(before);
            }
            depth[0]--;
        }
        return true;
    }
}
