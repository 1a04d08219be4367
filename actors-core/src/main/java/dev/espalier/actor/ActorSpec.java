package dev.espalier.actor;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    /// Makes the program of one incarnation; runs on the actor's own thread.
    interface Factory<M> {
        Program<M> create(Cell<M> cell);
    }

    /// Decides about a failure; must be quick and must not block.
    @FunctionalInterface
    public interface Decider {
        /// The decision for this cause. If it throws, the failure is escalated.
        Decision decide(Throwable cause);
    }

    static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    final String name;
    final Factory<M> factory;
    Restart restart;
    Decider decider = cause -> Decision.RESTART;
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

    private ActorSpec(String name, Factory<M> factory, Restart restart) {
        this.name = checkName(name);
        this.factory = factory;
        this.restart = restart;
    }

    private ActorSpec(ActorSpec<M> o) {
        name = o.name;
        factory = o.factory;
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
    }

    /// A message-driven actor; the factory makes the object of each incarnation.
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> behavior(String name, Supplier<? extends Behavior<M>> factory) {
        Objects.requireNonNull(factory, "factory");
        return behaviorWith(name, ctx -> factory.get());
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
        return new ActorSpec<>(name, cell -> new BehaviorProgram<>(cell, factory), Restart.PERMANENT);
    }

    /// An actor written as straight code on its own green thread.
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> body(String name, Body<M> body) {
        Objects.requireNonNull(body, "body");
        return bodyWithResult(name, (inbox, ctx) -> {
            body.run(inbox, ctx);
            return null;
        });
    }

    /// As [#body], with a result for [ActorRef#join()].
    ///
    /// @param name not blank, without `/`; unique among its siblings
    public static <M> ActorSpec<M> bodyWithResult(String name, ResultBody<M, ?> body) {
        Objects.requireNonNull(body, "body");
        return new ActorSpec<>(name, cell -> new BodyProgram<>(cell, body), Restart.TRANSIENT);
    }

    static ActorSpec<Object> internal(String name, Factory<Object> factory, Supervision supervision) {
        return new ActorSpec<>(name, factory, Restart.TEMPORARY).supervision(supervision);
    }

    /// The name.
    public String name() {
        return name;
    }

    /// Gives a behavior a green thread of its own for life, as a body has one, named with its path: for thread
    /// locals that must not be shared with other actors, or a thread name that is right in every line. Costs a
    /// thread switch per message to an idle actor, and a stack. Default: it shares the workers of its system.
    public ActorSpec<M> dedicated() {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.dedicated = true;
        return copy;
    }

    /// When it is restarted after it ended by itself. Default: [Restart#PERMANENT] for a behavior,
    /// [Restart#TRANSIENT] for a body.
    public ActorSpec<M> restart(Restart value) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.restart = Objects.requireNonNull(value, "restart");
        return copy;
    }

    /// What its failures lead to; the default is [Decision#RESTART] for all.
    public ActorSpec<M> onFailure(Decider value) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.decider = Objects.requireNonNull(value, "decider");
        return copy;
    }

    /// How long a restart waits; the default is [BackOff#NONE].
    public ActorSpec<M> backOff(BackOff value) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.backOff = Objects.requireNonNull(value, "backOff");
        return copy;
    }

    /// How its mailbox behaves; by default it is bounded to [MailboxSpec#DEFAULT_BOUND] messages and makes
    /// senders wait.
    public ActorSpec<M> mailbox(MailboxSpec value) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.mailbox = Objects.requireNonNull(value, "mailbox");
        return copy;
    }

    /// How it supervises its children; the default is [Supervision#DEFAULT].
    public ActorSpec<M> supervision(Supervision value) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.supervision = Objects.requireNonNull(value, "supervision");
        return copy;
    }

    /// Makes a body's spawner wait, until it calls [ActorContext#ready()] or looks into its inbox. If the body
    /// throws before, the spawn does, with that cause; if a later incarnation does, that is a failed restart.
    /// Off by default: nobody waits for a body. A behavior has always started when it is spawned.
    ///
    /// {@snippet class="dev.espalier.actor.SnippetsTest" region="ready"}
    ///
    /// *Source.* Erlang's `proc_lib:init_ack`.
    public ActorSpec<M> saysReady() {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.saysReady = true;
        return copy;
    }

    /// How long it may take to stop after `pleaseStop` before it is cancelled, its children included. All
    /// further rungs together take at most a tenth of it. Zero: cancelled at once.
    ///
    /// @param value not negative
    public ActorSpec<M> grace(Duration value) {
        if (Objects.requireNonNull(value, "grace").isNegative()) {
            throw new IllegalArgumentException("The grace of " + name + " must not be negative: " + value);
        }
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.grace = value;
        return copy;
    }

    /// Whether the ladder may interrupt its thread; on by default. Off, it goes from cancel straight to
    /// abandon.
    public ActorSpec<M> interruptible(boolean value) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.interrupts = value;
        return copy;
    }

    /// Stops its children all at once instead of one at a time in reverse start order; for pools of like
    /// children.
    public ActorSpec<M> stopsChildrenInParallel() {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.parallelStop = true;
        return copy;
    }

    /// Makes its end by itself count for the parent's [AutoShutdown]; off by default. Only for transient and
    /// temporary actors: the spawn of a permanent one is refused.
    public ActorSpec<M> significant() {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.significant = true;
        return copy;
    }

    /// Hands the failed message to the next incarnation, first; after `attempts` failures over the same message
    /// it becomes a dead letter (quarantine).
    ///
    /// @param attempts 2 or more
    public ActorSpec<M> retryFailedMessage(int attempts) {
        if (attempts < 2) {
            throw new IllegalArgumentException("Retrying takes at least 2 attempts, not " + attempts);
        }
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.retryFailed = true;
        copy.quarantineAfter = attempts;
        return copy;
    }

    /// Names siblings that it needs; none by default. They must have been started before it, so that they
    /// outlive it in the stop.
    ///
    /// @param siblings names; the spawn throws [IllegalArgumentException] if one is no living sibling
    public ActorSpec<M> dependsOn(String... siblings) {
        ActorSpec<M> copy = new ActorSpec<>(this);
        copy.dependsOn = List.of(siblings);
        if (copy.dependsOn.contains(name)) {
            throw new IllegalArgumentException(name + " depends on itself");
        }
        return copy;
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
