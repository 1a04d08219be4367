package dev.espalier.actor;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// All that is said about an actor when it is spawned. Immutable: every method returns a changed copy.
///
/// {@snippet class="dev.espalier.actor.SnippetsTest" region="spec"}
///
/// The defaults: a behavior is [Restart#PERMANENT], a body [Restart#TRANSIENT]; every failure is answered by
/// [Decision#RESTART], without a wait; grace 5 s while it has no children, unlimited (within the system's
/// budget) while it has; a mailbox of 65,536 messages that makes senders wait; [Supervision#DEFAULT].
///
/// @param <M> the messages of the actor
public final class ActorSpec<M> {
    /// Decides about a failure; must be quick and must not block.
    @FunctionalInterface
    public interface Decider {
        /// The decision for this cause. If it throws, the failure is escalated.
        Decision decide(Throwable cause);
    }

    static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    final String name;
    /// What the user gave for its code, as it is; [SpawnOptions.Kind] says what it is.
    final Object code;

    final SpawnOptions options;

    private ActorSpec(String name, Object code, SpawnOptions options) {
        this.name = checkName(name);
        this.code = code;
        this.options = options;
    }

    private ActorSpec<M> with(Consumer<SpawnOptions> change) {
        return new ActorSpec<>(name, code, options.with(change));
    }

    /// A message-driven actor; the factory makes the object of each incarnation.
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> behavior(String name, Supplier<? extends Behavior<M>> factory) {
        Objects.requireNonNull(factory, "factory");
        return new ActorSpec<>(name, factory, SpawnOptions.BEHAVIOR);
    }

    /// A message-driven actor whose constructor wants the context, to make children, say.
    ///
    /// {@snippet class="dev.espalier.actor.SnippetsTest" region="behavior-with"}
    ///
    /// If more methods follow, the compiler must be told the messages: by the type of the lambda's parameter, as
    /// here, or by a constructor that takes only the context (`OrderDesk::new`).
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> behaviorWith(String name, Function<ActorContext<M>, ? extends Behavior<M>> factory) {
        Objects.requireNonNull(factory, "factory");
        return new ActorSpec<>(name, factory, SpawnOptions.BEHAVIOR_WITH);
    }

    /// An actor written as straight code on its own green thread.
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> body(String name, Body<M> body) {
        Objects.requireNonNull(body, "body");
        return new ActorSpec<>(name, body, SpawnOptions.BODY);
    }

    /// As [#body], with a result for [ActorRef#join()].
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> bodyWithResult(String name, ResultBody<M, ?> body) {
        Objects.requireNonNull(body, "body");
        return new ActorSpec<>(name, body, SpawnOptions.BODY_WITH_RESULT);
    }

    /// A node without code of the engine's: the root, or an adopted thread.
    static ActorSpec<Object> node(String name, Optional<Thread> adopted, Supervision supervision) {
        return new ActorSpec<Object>(name, adopted, SpawnOptions.NODE).supervision(supervision);
    }

    static ActorSpec<Object> fork(String name, boolean ofGroup) {
        return new ActorSpec<Object>(name, ofGroup, SpawnOptions.FORK).grace(DEFAULT_GRACE);
    }

    /// The name.
    public String name() {
        return name;
    }

    /// Gives a behavior a green thread of its own for life, as a body has one, named with its path: for thread
    /// locals that must not be shared with other actors, or a thread name that is right in every line. Costs a
    /// thread switch per message to an idle actor, and a stack. Default: it shares the workers of its system.
    public ActorSpec<M> dedicated() {
        return with(o -> o.dedicated = true);
    }

    /// When it is restarted after it ended by itself. Default: [Restart#PERMANENT] for a behavior,
    /// [Restart#TRANSIENT] for a body.
    public ActorSpec<M> restart(Restart value) {
        Objects.requireNonNull(value, "restart");
        return with(o -> o.restart = value);
    }

    /// What its failures lead to; the default is [Decision#RESTART] for all.
    public ActorSpec<M> onFailure(Decider value) {
        Objects.requireNonNull(value, "decider");
        return with(o -> o.decider = value);
    }

    /// How long a restart waits; the default is [BackOff#NONE].
    public ActorSpec<M> backOff(BackOff value) {
        Objects.requireNonNull(value, "backOff");
        return with(o -> o.backOff = value);
    }

    /// How its mailbox behaves; by default it is bounded to [MailboxSpec#DEFAULT_BOUND] messages and makes
    /// senders wait.
    public ActorSpec<M> mailbox(MailboxSpec value) {
        Objects.requireNonNull(value, "mailbox");
        return with(o -> o.mailbox = value);
    }

    /// How it supervises its children; the default is [Supervision#DEFAULT].
    public ActorSpec<M> supervision(Supervision value) {
        Objects.requireNonNull(value, "supervision");
        return with(o -> o.supervision = value);
    }

    /// Makes a body's spawner wait, until it calls [ActorContext#ready()] or looks into its inbox. If the body
    /// throws before, the spawn does, with that cause; if a later incarnation does, that is a failed restart.
    /// Off by default: nobody waits for a body. A behavior has always started when it is spawned.
    ///
    /// {@snippet class="dev.espalier.actor.SnippetsTest" region="ready"}
    ///
    /// *Source.* Erlang's `proc_lib:init_ack`.
    public ActorSpec<M> saysReady() {
        return with(o -> o.saysReady = true);
    }

    /// How long it may take to stop after `pleaseStop` before it is cancelled, its children included. All
    /// further rungs together take at most a tenth of it. Zero: cancelled at once.
    ///
    /// @param value not negative
    public ActorSpec<M> grace(Duration value) {
        if (Objects.requireNonNull(value, "grace").isNegative()) {
            throw new IllegalArgumentException("The grace of " + name + " must not be negative: " + value);
        }
        return with(o -> o.grace = value);
    }

    /// Whether the ladder may interrupt its thread; on by default. Off, it goes from cancel straight to
    /// abandon.
    public ActorSpec<M> interruptible(boolean value) {
        return with(o -> o.interrupts = value);
    }

    /// Stops its children all at once instead of one at a time in reverse start order; for pools of like
    /// children.
    public ActorSpec<M> stopsChildrenInParallel() {
        return with(o -> o.parallelStop = true);
    }

    /// Makes its end by itself count for the parent's [AutoShutdown]; off by default. Only for transient and
    /// temporary actors: the spawn of a permanent one is refused.
    public ActorSpec<M> significant() {
        return with(o -> o.significant = true);
    }

    /// Says something about the actor and all its descendants that logs are to show: a tenant, a region.
    /// Repeating a key replaces its value.
    ///
    /// @param key not empty
    public ActorSpec<M> label(String key, String value) {
        if (Objects.requireNonNull(key, "key").isEmpty()) {
            throw new IllegalArgumentException("A label of " + name + " must have a key");
        }
        Objects.requireNonNull(value, "value");
        return with(o -> {
            Map<String, String> labels = new LinkedHashMap<>(o.labels);
            labels.put(key, value);
            o.labels = Collections.unmodifiableMap(labels);
        });
    }

    /// Hands the failed message to the next incarnation, first; after `attempts` failures over the same message
    /// it becomes a dead letter (quarantine).
    ///
    /// @param attempts 2 or more
    public ActorSpec<M> retryFailedMessage(int attempts) {
        if (attempts < 2) {
            throw new IllegalArgumentException("Retrying takes at least 2 attempts, not " + attempts);
        }
        return with(o -> {
            o.retryFailed = true;
            o.quarantineAfter = attempts;
        });
    }

    /// Names siblings that it needs; none by default. They must have been started before it, so that they
    /// outlive it in the stop.
    ///
    /// @param siblings names; the spawn throws [IllegalArgumentException] if one is no living sibling
    public ActorSpec<M> dependsOn(String... siblings) {
        List<String> needed = List.of(siblings);
        if (needed.contains(name)) {
            throw new IllegalArgumentException(name + " depends on itself");
        }
        return with(o -> o.dependsOn = needed);
    }

    private static String checkName(String name) {
        Objects.requireNonNull(name, "An actor needs a name");
        if (name.isBlank() || name.indexOf('/') >= 0 || name.length() > 255) {
            throw new IllegalArgumentException(
                    "The name of an actor has 1 to 255 characters, not only blanks and no '/': \"" + name + "\"");
        }
        return name;
    }
}
