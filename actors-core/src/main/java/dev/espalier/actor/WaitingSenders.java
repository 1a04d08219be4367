package dev.espalier.actor;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The senders that wait for room in one mailbox; made when the first one has to wait.
///
/// | field | writer | reader | access |
/// |---|---|---|---|
/// | `edges` | senders | reader of the mailbox, closer | queue |
/// | `unsaid`, `quietUntil`, `said` | whoever breaks a cycle | the same | guarded by `this` |
final class WaitingSenders {
    private static final long SECOND = 1_000_000_000L;

    private final Queue<WaitEdge> edges = new ConcurrentLinkedQueue<>();
    private long unsaid;
    private long quietUntil;
    private boolean said;

    void add(WaitEdge edge) {
        edges.add(edge);
    }

    void remove(WaitEdge edge) {
        edges.remove(edge);
    }

    boolean isEmpty() {
        return edges.isEmpty();
    }

    void wakeAll() {
        edges.forEach(WaitEdge::wake);
    }

    /// Lets one message in above the bound, to break a cycle of full mailboxes; several threads may find the
    /// same cycle. Such a cycle comes again with nearly every message, so the warning is due once a second.
    ///
    /// @return how many were let in since the last warning, this one included; 0 if no warning is due
    synchronized long letIn(WaitEdge send, long now) {
        if (send.letThrough()) {
            return 0;
        }
        send.letThrough(true);
        unsaid++;
        if (said && quietUntil - now > 0) {
            return 0;
        }
        said = true;
        quietUntil = now + SECOND;
        long due = unsaid;
        unsaid = 0;
        return due;
    }
}
