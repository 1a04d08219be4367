package dev.espalier.actor;

/// Thrown when a living sibling has the wanted name already; [#ref()] is that sibling.
public final class NameTakenException extends ActorException {
    private static final long serialVersionUID = 1L;

    private final transient ActorRef<?> ref;

    NameTakenException(ActorRef<?> ref) {
        super("An actor " + ref.path() + " already exists; its name is free again once it has stopped", null);
        this.ref = ref;
    }

    /// The actor that has the name.
    public ActorRef<?> ref() {
        return ref;
    }
}
