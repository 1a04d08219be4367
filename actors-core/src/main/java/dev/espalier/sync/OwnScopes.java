package dev.espalier.sync;

import org.jspecify.annotations.Nullable;

/// The scopes and shields that one coroutine has open, on top of those of the root that it runs for.
///
/// While the coroutine is away they are a chain of their own; when it goes on they are linked to what the root
/// has open then. For a root there is nothing to link.
///
/// *Threads.* Used by the strand that runs the coroutine, while it runs it. A cancel of an own scope that
/// comes while it is away is found when it goes on: [#attach] makes the strand look.
final class OwnScopes {
    private @Nullable CancelScope top;
    private @Nullable CancelScope bottom;
    private int shields;
    private @Nullable CancelScope base;
    private int baseShields;

    /// The coroutine goes on.
    void attach(Strand self, Ring ring) {
        if (ring.current().isRoot()) {
            return;
        }
        base = ring.strand.scope();
        int shieldsBelow = ring.strand.shields();
        if (bottom != null) {
            bottom.outer(base);
            for (CancelScope each = top; each != base && each != null; each = each.outer()) {
                each.moved(self, shieldsBelow - baseShields);
            }
        }
        baseShields = shieldsBelow;
        CancelScope innermost = bottom == null ? base : top;
        self.scope(innermost);
        self.shields(shieldsBelow + shields);
        if (self != ring.strand) {
            self.tenant(ring.strand.tenant());
            self.trace(ring.strand.trace());
        }
        if (innermost != null) {
            self.hintCancel(); // after `moved`: a cancel that did not find this strand is found by it
        }
    }

    /// It has ended: what its body has not closed is of no concern to its next life.
    void clear() {
        top = null;
        bottom = null;
        shields = 0;
    }

    /// The coroutine is about to be left. An interrupt that it held back goes with the thread.
    void detach(Strand self, Ring ring) {
        CancelScope innermost = self.scope(); // enters one that is expected
        self.releaseInterrupt();
        if (ring.current().isRoot()) {
            return;
        }
        top = innermost == base ? null : innermost;
        bottom = top;
        while (bottom != null && bottom.outer() != base) {
            bottom = bottom.outer();
        }
        shields = self.shields() - baseShields;
        boolean shared = self == ring.strand;
        self.scope(shared ? base : null);
        self.shields(shared ? baseShields : 0);
        base = null;
        if (!shared) {
            self.tenant(null);
            self.trace(null);
        }
    }
}
