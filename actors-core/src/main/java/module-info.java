import org.jspecify.annotations.NullMarked;

/// Espalier's core: the actor tree and the synchronization primitives.
@NullMarked
module dev.espalier.core {
    requires org.slf4j;
    requires org.jctools.core.jdk11;
    requires static transitive org.jspecify;
    requires jdk.unsupported; // sun.misc.Signal

    exports dev.espalier.actor;
    exports dev.espalier.sync;

    uses dev.espalier.actor.ActorObserver;
}
