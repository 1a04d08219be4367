package dev.espalier.actor;

/// When a child that ended by itself is restarted. A child that was stopped ([ActorRef#stop()],
/// [ActorRef#cancel()] or its parent) is never restarted by itself.
public enum Restart {
    /// Always: after a failure and after a normal end. The default of behaviors.
    PERMANENT,
    /// After a failure only. The default of bodies.
    TRANSIENT,
    /// Never; its spec is forgotten and its name free once it has ended.
    TEMPORARY
}
