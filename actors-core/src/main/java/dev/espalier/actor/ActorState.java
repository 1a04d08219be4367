package dev.espalier.actor;

/// Where an actor stands in its life. It moves forward only.
public enum ActorState {
    /// Its factory or `onStart` runs; messages wait.
    STARTING,
    /// It processes messages. A restart, too, happens in this state.
    RUNNING,
    /// `pleaseStop` has gone: it drains its mailbox, then its children stop, then `onStop` runs.
    STOPPING,
    /// It and all its descendants have ended. Final.
    STOPPED
}
