package dev.espalier.actor;

import java.util.ArrayList;
import java.util.List;

/// Requests that one actor has handled without an answer: it may answer later, and if it ends first, they are
/// refused. Written by the actor's thread, read once after its end.
///
/// Those that were answered, given up or forwarded since are thrown out whenever their number may have doubled,
/// so at most as many are kept as wait, or 16, twice over; and noting one takes constant time on average.
final class Unanswered {
    private static final int FEW = 16;

    private final List<Asked> all = new ArrayList<>();
    private int next = FEW;

    void note(Asked asked) {
        if (all.size() >= next) {
            all.removeIf(old -> !old.isHeld());
            next = Math.max(FEW, 2 * all.size());
        }
        asked.noted = true;
        all.add(asked);
    }

    void refuseAll() {
        all.forEach(Asked::refuse);
        all.clear();
    }

    int size() {
        return all.size();
    }
}
