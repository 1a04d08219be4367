package dev.espalier.actor;

import dev.espalier.sync.Strand;
import org.jspecify.annotations.Nullable;

/// A node of the tree without code of the engine's: the root, and threads of other owners that were adopted. It
/// has no thread; what life tells it is done on the spot.
final class InlineProgram extends Program<Object> {
    private final @Nullable Thread adopted;
    private boolean released;

    InlineProgram(Cell<Object> cell, @Nullable Thread adopted) {
        super(cell);
        this.adopted = adopted;
        userThread(adopted);
    }

    @Override
    boolean endsItself() {
        return adopted != null;
    }

    @Override
    void command(Command next) {
        switch (next) {
            case BEGIN -> {
                newContext();
                live = true;
                cell.life.userStarted();
            }
            case CLOSE -> {
                closeMailbox();
                finish();
            }
            default -> throw new IllegalStateException(next + " for " + cell.path());
        }
    }

    @Override
    void drainTo(long mark) {
        cell.life.userDrained();
    }

    /// The adopted thread is done.
    void release() {
        boolean first = setReleased();
        userThread(null);
        if (first) {
            cell.life.userEnded();
        }
    }

    private synchronized boolean setReleased() {
        boolean first = !released;
        released = true;
        return first;
    }

    /// Not after the release: the thread does something else then.
    @Override
    synchronized void interrupt() {
        if (adopted != null && !released) {
            adopted.interrupt();
        }
    }

    @Override
    boolean abandon(boolean overdue) {
        return adopted != null && setReleased();
    }

    @Override
    void deliver(Object message) {
        throw new IllegalStateException(cell.path() + " takes no messages");
    }

    @Override
    boolean step(Strand self) {
        return false;
    }

    @Override
    void stepOnce() {
        step(Strand.current());
    }

    @Override
    boolean hasMessages() {
        return false;
    }

    @Override
    boolean hasAside() {
        return false;
    }
}
