package dev.espalier.actor;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What an [ActorSpec] says but for name and code. An object of its own, because most actors have the same: a million
/// of them share one. Not changed once it is published.
final class SpawnOptions {
    /// What an actor's [ActorSpec#code] is.
    enum Kind {
        /// A `Supplier` of [Behavior]s.
        BEHAVIOR,
        /// A `Function` from [ActorContext]s to [Behavior]s.
        BEHAVIOR_WITH,
        /// A [Body].
        BODY,
        /// A [ResultBody].
        BODY_WITH_RESULT,
        /// The thread that is adopted, or none for the root.
        NODE,
        /// Whether a group waits for this [dev.espalier.sync.Fork].
        FORK
    }

    static final SpawnOptions BEHAVIOR = new SpawnOptions(Kind.BEHAVIOR, Restart.PERMANENT);
    static final SpawnOptions BEHAVIOR_WITH = new SpawnOptions(Kind.BEHAVIOR_WITH, Restart.PERMANENT);
    static final SpawnOptions BODY = new SpawnOptions(Kind.BODY, Restart.TRANSIENT);
    static final SpawnOptions BODY_WITH_RESULT = new SpawnOptions(Kind.BODY_WITH_RESULT, Restart.TRANSIENT);
    static final SpawnOptions NODE = new SpawnOptions(Kind.NODE, Restart.TEMPORARY);
    static final SpawnOptions FORK = new SpawnOptions(Kind.FORK, Restart.TEMPORARY);

    final Kind kind;
    Restart restart;
    ActorSpec.Decider decider = cause -> Decision.RESTART;
    BackOff backOff = BackOff.NONE;
    MailboxSpec mailbox = MailboxSpec.DEFAULT;
    Supervision supervision = Supervision.DEFAULT;

    @Nullable
    Duration grace;

    boolean interrupts = true;
    boolean parallelStop;
    boolean dedicated;
    boolean significant;
    boolean retryFailed;
    boolean saysReady;
    int quarantineAfter;
    List<String> dependsOn = List.of();
    Map<String, String> labels = Map.of();

    private SpawnOptions(Kind kind, Restart restart) {
        this.kind = kind;
        this.restart = restart;
    }

    private SpawnOptions(SpawnOptions o) {
        kind = o.kind;
        restart = o.restart;
        decider = o.decider;
        backOff = o.backOff;
        mailbox = o.mailbox;
        supervision = o.supervision;
        grace = o.grace;
        interrupts = o.interrupts;
        parallelStop = o.parallelStop;
        dedicated = o.dedicated;
        significant = o.significant;
        retryFailed = o.retryFailed;
        saysReady = o.saysReady;
        quarantineAfter = o.quarantineAfter;
        dependsOn = o.dependsOn;
        labels = o.labels;
    }

    /// Those of the actor and its ancestors.
    static Map<String, String> labels(Cell<?> cell) {
        Map<String, String> found = Map.of();
        boolean own = false;
        for (Cell<?> at = cell; at != null; at = at.parent) {
            Map<String, String> more = at.spec.options.labels;
            if (found.isEmpty()) {
                found = more;
            } else if (!more.isEmpty()) {
                found = own ? found : new LinkedHashMap<>(found);
                own = true;
                more.forEach(found::putIfAbsent);
            }
        }
        return own ? Collections.unmodifiableMap(found) : found;
    }

    /// A changed copy.
    SpawnOptions with(Consumer<SpawnOptions> change) {
        var copy = new SpawnOptions(this);
        change.accept(copy);
        return copy;
    }

    /// What runs the code of this actor.
    @SuppressWarnings("unchecked") // nodes and forks take any message: ActorSpec makes them so
    static <M> Program<M> program(Cell<M> cell) {
        return switch (cell.spec.options.kind) {
            case BEHAVIOR, BEHAVIOR_WITH -> new BehaviorProgram<>(cell);
            case BODY, BODY_WITH_RESULT -> new BodyProgram<>(cell);
            case NODE ->
                (Program<M>) new InlineProgram((Cell<Object>) cell, ((Optional<Thread>) cell.spec.code).orElse(null));
            case FORK -> (Program<M>) new ForkProgram((Cell<Object>) cell, (Boolean) cell.spec.code);
        };
    }
}
