package dev.espalier.actor;

import java.util.List;
import java.util.Optional;

/// The children of an actor as its supervisor sees them: the specs that it keeps, and the living actors. Every
/// method may be called from any thread; those that wait must not be called by the child in question.
public interface Children {
    /// Whether and how a name is known.
    enum Status {
        /// No such spec.
        UNKNOWN,
        /// The spec is kept, the actor has ended.
        TERMINATED,
        /// The actor lives.
        ALIVE
    }

    /// What an administrative call did.
    enum Outcome {
        /// What was asked for.
        DONE,
        /// Nothing: no such child.
        NOT_FOUND,
        /// Nothing: the child lives.
        RUNNING
    }

    /// How many there are.
    ///
    /// @param specs specs kept
    /// @param active living children
    /// @param parents living children that have, or have had, children of their own
    /// @param leaves living children that have not
    record Counts(int specs, int active, int parents, int leaves) {}

    /// The living children, newest first.
    List<ActorRef<?>> refs();

    /// The living child of this name.
    Optional<ActorRef<?>> find(String name);

    /// Whether and how the name is known.
    Status status(String name);

    /// How many there are now.
    Counts counts();

    /// Stops a child and waits for its end; its spec is kept unless it is temporary. Idempotent.
    ///
    /// @return NOT_FOUND if there is no such spec
    Outcome terminate(String name);

    /// Starts a terminated child again from its spec: a new actor with a new mailbox.
    ///
    /// @return RUNNING if it lives, NOT_FOUND if there is no such spec
    /// @throws StartFailedException if it cannot start; the spec is kept
    Outcome restart(String name);

    /// Forgets the spec of a terminated child. The specs of the last 1,000 ended children are kept; older ones
    /// are forgotten by themselves.
    ///
    /// @return RUNNING if it lives, NOT_FOUND if there is no such spec
    Outcome delete(String name);
}
