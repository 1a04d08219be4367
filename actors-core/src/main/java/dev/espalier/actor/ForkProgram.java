package dev.espalier.actor;

import dev.espalier.sync.CancelScope;
import dev.espalier.sync.Fork;
import dev.espalier.sync.Nursery;
import dev.espalier.sync.Strand;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A [Fork] of an actor's code, as a child of that actor. Its thread belongs to the fork; what life tells it is done on
/// the spot. The ladder cancels and interrupts the thread and gives it up, as that of a body.
///
/// *A late fork.* Forks of a group may be started while the actor stops, because code of the actor waits for them.
/// None is missed: after the fork was added to the children, [#admit] looks whether the actor was cancelled or given up
/// in the meantime; whoever cancels it says so first and then goes through the children.
final class ForkProgram extends Program<Object> implements Nursery.Place {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final boolean ofGroup;

    private ForkProgram(Cell<Object> cell, boolean ofGroup) {
        super(cell);
        this.ofGroup = ofGroup;
    }

    /// @throws SpawnRefusedException if the actor was given up, or stops and nobody waits for the fork
    static Nursery.Place admit(Cell<?> parent, String name, boolean ofGroup) {
        ActorSpec<Object> spec = ActorSpec.internal(
                        name + "~" + NUMBERS.incrementAndGet(),
                        cell -> new ForkProgram(cell, ofGroup),
                        Supervision.DEFAULT)
                .grace(ActorSpec.DEFAULT_GRACE);
        Cell<Object> cell = new Cell<>(parent.system, parent, spec);
        parent.children().add(cell);
        cell.life.begin();
        parent.life.childAdded(cell);
        if (ofGroup && parent.program.isFinished()) {
            cell.life.userEnded();
            throw new SpawnRefusedException(parent.path() + " was abandoned and takes no more forks", null);
        }
        if (parent.program.aborted) {
            cell.life.stopByParent(Ladder.Rung.CANCEL);
        }
        return (ForkProgram) cell.program;
    }

    /// Whether code of the parent waits for its end.
    boolean isOfGroup() {
        return ofGroup;
    }

    // The fork.

    @Override
    public String name() {
        return cell.path();
    }

    @Override
    public void begin(Strand self) {
        Cell.enter(cell);
        cell.strand = self;
        if (take()) {
            userThread(self.thread());
            enterUser();
        }
        CancelScope.expect(self, this);
    }

    @Override
    public void end(Strand self, @Nullable Throwable thrown) {
        if (cell.strand == self) {
            CancelScope.leave(self, this);
            leaveUser(thrown);
            userThread(null);
            Cell.enter(null);
        }
        if (isFinished()) {
            return; // it was abandoned
        }
        cell.strand = null;
        if (thrown == null) {
            cell.life.userEnded();
        } else {
            cell.life.userFailed(cell.life.failure(thrown, null));
        }
    }

    // Life.

    @Override
    boolean endsItself() {
        return true;
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

    @Override
    void deliver(Object message) {
        throw new IllegalStateException(cell.path() + " takes no messages");
    }

    @Override
    boolean step(Strand self) {
        return false;
    }

    @Override
    void stepOnce() {}

    @Override
    boolean hasMessages() {
        return false;
    }

    @Override
    boolean hasAside() {
        return false;
    }
}
