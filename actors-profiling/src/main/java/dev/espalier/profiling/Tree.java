package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.ActorSystem;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The records of one system: of its living actors that have had a message, and of their ancestors.
///
/// *Threads.* Thread-safe. A record is in the map from the actor's first message to its end; who puts one
/// in looks afterwards whether the actor has ended, and who ends it takes it out afterwards.
final class Tree {
    final ActorSystem system;
    private final Records living = new Records();

    Tree(ActorSystem system) {
        this.system = system;
    }

    @Nullable
    ActorRecord find(ActorRef<?> actor) {
        return living.find(actor);
    }

    /// Whether it is an actor of this system that lives.
    boolean has(ActorRef<?> actor) {
        return system.find(actor.path()).orElse(null) == actor;
    }

    /// A copy.
    List<ActorRecord> living() {
        return living.all();
    }

    /// The record of an actor, made with those of its ancestors if there is none.
    ActorRecord of(ActorRef<?> actor) {
        ActorRecord known = living.find(actor);
        if (known != null) {
            return known;
        }
        ArrayDeque<ActorRef<?>> missing = new ArrayDeque<>();
        ActorRecord above = null;
        for (ActorRef<?> at = actor; at != null && above == null; at = at.parent()) {
            above = living.find(at);
            if (above == null) {
                missing.push(at);
            }
        }
        for (ActorRef<?> at : missing) {
            above = put(at, above);
        }
        return above == null ? new ActorRecord(actor, null, Trees.level()) : above;
    }

    private ActorRecord put(ActorRef<?> actor, @Nullable ActorRecord parent) {
        Level base = parent == null ? Trees.level() : parent.base();
        ActorRecord record = new ActorRecord(actor, parent, base);
        ActorRecord before = living.putIfAbsent(record);
        if (before != null) {
            return before;
        }
        record.base(parent == null ? Trees.level() : parent.base()); // whoever sets it now may not have met this one
        apply(record);
        if (actor.state() == ActorState.STOPPED) {
            living.remove(record);
        }
        return record;
    }

    void remove(ActorRecord record) {
        living.remove(record);
    }

    /// Sets what the records write down anew.
    void applyLevels() {
        living.all().forEach(this::apply);
    }

    private void apply(ActorRecord record) {
        synchronized (record) { // who has looked first also writes first
            Level level = Trees.effective(this, record.base());
            boolean sampled = record.isSampled();
            record.every(level);
            if (sampled || level.every() > 0) { // else it may be somebody else's to say
                sample(record.actor, level);
            }
        }
    }

    /// Those get a record that have messages and have had none: it may be that they get no turn.
    void meetWaiting() {
        system.forEachActor(actor -> {
            if (find(actor) == null && actor.ledger().queued() > 0) {
                of(actor);
            }
        });
    }

    /// An actor has started: its first messages may come before it has a record.
    void started(ActorRef<?> actor) {
        Level base = Trees.level();
        for (ActorRef<?> at = actor; at != null; at = at.parent()) {
            ActorRecord known = living.find(at);
            if (known != null) {
                base = known.base();
                break;
            }
        }
        Level level = Trees.effective(this, base);
        if (level.every() > 0) {
            sample(actor, level);
        }
    }

    private void sample(ActorRef<?> actor, Level level) {
        system.sampleArrivals(actor, Math.max(0, level.every()));
    }
}
