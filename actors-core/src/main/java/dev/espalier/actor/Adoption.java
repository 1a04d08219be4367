package dev.espalier.actor;

import dev.espalier.sync.Signal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A thread of another owner (a servlet's, a Kafka client's, a timer's) that counts as an actor while it works
/// for the system: the stop asks it, waits for it and, like any actor, escalates. Close it on the thread that
/// was adopted.
public final class Adoption implements AutoCloseable {
    private final Cell<Object> cell;
    private final @Nullable Cell<?> before;

    static Adoption of(ActorSystem system, String name) {
        Thread thread = Thread.currentThread();
        ActorSpec<Object> spec = ActorSpec.node(name, Optional.of(thread), Supervision.DEFAULT);
        Cell<Object> cell = new Cell<>(system, system.root(), spec);
        system.root().children().add(cell);
        cell.scheduler().start(cell);
        return new Adoption(cell);
    }

    private Adoption(Cell<Object> cell) {
        this.cell = cell;
        this.before = Cell.current();
        Cell.enter(cell);
    }

    /// Its place in the tree.
    public String path() {
        return cell.path();
    }

    /// Goes when it should end.
    public Signal pleaseStop() {
        return cell.life.pleaseStop();
    }

    /// The thread is done here. Idempotent.
    @Override
    public void close() {
        if (Cell.current() == cell) {
            Cell.enter(before);
        }
        if (cell.program instanceof InlineProgram program) {
            program.release();
        }
    }
}
