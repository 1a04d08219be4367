package dev.espalier.actor;

/// Thrown by a factory or `onStart` to say: this actor is not wanted now, and that is no error. The spawner
/// gets the ref of an actor that has stopped; its spec stays listed for [Children#restart], unless it is
/// temporary.
public final class IgnoreStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param reason for people
    public IgnoreStartException(String reason) {
        super(reason);
    }
}
