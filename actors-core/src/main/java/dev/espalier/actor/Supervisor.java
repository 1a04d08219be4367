package dev.espalier.actor;

import dev.espalier.sync.Registration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides about the children of one actor. All of it belongs to the actor's [Serial]; children post what
/// happened to them and get their verdict as a post.
///
/// A *plan* is one restart under way: its members are taken down one at a time in reverse start order, then,
/// after the back-off, begun one at a time in start order. One-for-one has a plan per child; the other
/// strategies have one plan at a time, and what fails meanwhile is looked at when it is done. A member that
/// fails while the plan begins others makes a new plan, which counts: so restarts that keep failing end in the
/// limit. The new plan takes over those that the old one has not begun.
///
/// While the owner or an ancestor has failed and is not judged, nothing is begun and no case is decided; if it
/// is resumed, that is made up for.
final class Supervisor {
    /// One restart under way.
    private static final class Plan {
        final Cell<?> culprit;
        /// In start order.
        final List<Cell<?>> members;

        /// The member that is being taken down or begun.
        int next;

        boolean starting;
        /// Ends the back-off; null: there is none.
        @Nullable
        Registration backOff;

        /// It could go on, but the owner has failed.
        boolean held;

        Plan(Cell<?> culprit, List<Cell<?>> members) {
            this.culprit = culprit;
            this.members = members;
            this.next = members.size() - 1;
        }

        void endBackOff() {
            Registration timer = backOff;
            backOff = null;
            if (timer != null) {
                timer.remove();
            }
        }
    }

    /// How often a child has had to be restarted lately; its back-off depends on it.
    private static final class Trouble {
        int restarts;
        /// When the last of these restarts began, its wait included.
        long since;
    }

    /// A child that failed or ended, to be decided about.
    private record Case(
            Cell<?> child, int incarnation, @Nullable Failure failure) {}

    private final Cell<?> owner;
    private Supervision rules;
    private final ArrayDeque<Long> restarts = new ArrayDeque<>(0);
    private final Map<Cell<?>, Plan> plans = new HashMap<>(0);
    private final Map<Cell<?>, Trouble> troubles = new HashMap<>(0);
    private final ArrayDeque<Case> waiting = new ArrayDeque<>(0);

    Supervisor(Cell<?> owner) {
        this.owner = owner;
        this.rules = owner.spec.options.supervision;
    }

    private void post(Runnable task) {
        owner.life.post(task);
    }

    void rules(Supervision changed) {
        post(() -> rules = changed);
    }

    // From children.

    void childFailed(Cell<?> child, Failure failure) {
        int incarnation = child.life.incarnation();
        post(() -> failed(new Case(child, incarnation, failure)));
    }

    void childEnded(Cell<?> child) {
        int incarnation = child.life.incarnation();
        post(() -> ended(new Case(child, incarnation, null)));
    }

    private void failed(Case c) {
        Failure failure = c.failure;
        if (failure == null) {
            return;
        }
        Cell<?> child = c.child;
        Plan plan = plans.get(child);
        if (child.life.isStopping()) {
            report(child, failure, Decision.STOP);
        } else if (child.life.incarnation() != c.incarnation) {
            report(child, failure, Decision.RESTART); // by another case's plan, while this one waited
        } else if (owner.life.rests() || (owner.life.goesOn() && plan == null && isGroup() && !plans.isEmpty())) {
            waiting.add(c);
        } else if (!owner.life.isUp() && !owner.life.isStarting()) {
            report(child, failure, Decision.STOP);
            child.life.terminate();
        } else {
            judge(child, failure);
        }
    }

    /// Decides, reports what was decided, and does it.
    private void judge(Cell<?> child, Failure failure) {
        Decision decision = decide(child, failure);
        boolean exhausted = decision == Decision.RESTART && needsPlan(child) && !withinLimit();
        report(child, failure, exhausted ? Decision.ESCALATE : decision);
        switch (decision) {
            case RESUME -> child.life.resume();
            case STOP -> child.life.terminate();
            case ESCALATE -> owner.life.fail(failure.cause());
            case RESTART -> {
                if (exhausted) {
                    owner.life.fail(exhausted(child, failure.cause()));
                } else {
                    restart(child);
                }
            }
        }
    }

    private void report(Cell<?> child, Failure failure, Decision decision) {
        owner.system.failed(child, failure, decision, restartsInPeriod());
        owner.tellChildFailure(failure);
    }

    private static Decision decide(Cell<?> child, Failure failure) {
        ActorSpec<?> spec = child.spec;
        Decision decision;
        try {
            decision = Objects.requireNonNull(spec.options.decider.decide(failure.cause()), "the decision");
        } catch (Throwable t) {
            Log.engineError("The decider of " + child.path() + " failed; its failure is escalated", t);
            return Decision.ESCALATE;
        }
        if (decision == Decision.RESUME && (child.program.endsItself() || !child.life.isResumable())) {
            decision = Decision.RESTART;
        }
        return decision == Decision.RESTART && spec.options.restart == Restart.TEMPORARY ? Decision.STOP : decision;
    }

    private void ended(Case c) {
        if (c.child.life.incarnation() != c.incarnation) {
            return;
        }
        if (owner.life.rests()) {
            waiting.add(c);
        } else if (owner.life.isUp() && c.child.spec.options.restart == Restart.PERMANENT) {
            if (isGroup() && !plans.isEmpty()) {
                waiting.add(c);
            } else if (needsPlan(c.child) && !withinLimit()) {
                owner.life.fail(exhausted(c.child, null));
            } else {
                restart(c.child);
            }
        } else {
            c.child.life.terminate();
        }
    }

    /// The owner goes on after a failure of its own or of an ancestor.
    void ownerGoesOn() {
        for (Plan plan : new ArrayList<>(plans.values())) {
            if (plan.held) {
                plan.held = false;
                proceed(plan);
            }
        }
        lookAtWaiting();
    }

    /// The owner restarts or stops, its children with it: nothing is left to decide or to wait for, but no
    /// failure is lost.
    void ownerEnds() {
        plans.values().forEach(Plan::endBackOff);
        for (Case c = waiting.poll(); c != null; c = waiting.poll()) {
            if (c.failure != null) {
                report(c.child, c.failure, Decision.STOP);
            }
        }
    }

    // Plans.

    private boolean isGroup() {
        return rules.strategy() != Strategy.ONE_FOR_ONE;
    }

    /// Not if it ends for good, or is being taken down: its turn in the plan that there is comes.
    private boolean needsPlan(Cell<?> child) {
        Plan old = plans.get(child);
        return !child.life.isStopping() && (old == null || old.starting);
    }

    private RestartsExhaustedException exhausted(Cell<?> child, @Nullable Throwable cause) {
        return new RestartsExhaustedException(
                owner.path() + " has had more than " + rules.restarts() + " restarts in " + rules.period()
                        + "; the last for " + child.path(),
                cause);
    }

    private void restart(Cell<?> child) {
        if (!needsPlan(child)) {
            return;
        }
        Plan old = plans.get(child);
        List<Cell<?>> members = members(child, old);
        if (old != null) {
            old.members.forEach(member -> plans.remove(member, old));
        }
        if (!members.isEmpty()) {
            Plan plan = new Plan(child, members);
            members.forEach(member -> plans.put(member, plan));
            proceed(plan);
        }
    }

    /// Somebody wants it; a plan that is under way, or an end, does as well.
    void restartByHand(Cell<?> child) {
        post(() -> {
            boolean busy = isGroup() ? !plans.isEmpty() : plans.containsKey(child);
            if (owner.life.isUp() && !owner.life.rests() && !busy) {
                restart(child);
            }
        });
    }

    private boolean withinLimit() {
        if (rules.restarts() == Supervision.UNLIMITED) {
            return true;
        }
        long now = owner.system.now();
        long period = Ladder.nanos(rules.period());
        restarts.add(now);
        while (now - restarts.getFirst() > period) {
            restarts.removeFirst();
        }
        return restarts.size() <= rules.restarts();
    }

    private int restartsInPeriod() {
        long now = owner.system.now();
        long period = Ladder.nanos(rules.period());
        return (int) restarts.stream().filter(at -> now - at <= period).count();
    }

    private List<Cell<?>> members(Cell<?> child, @Nullable Plan old) {
        List<Cell<?>> all = owner.childrenInOrder();
        int at = all.indexOf(child);
        if (at < 0) {
            return List.of();
        }
        List<Cell<?>> wanted = switch (rules.strategy()) {
            case ONE_FOR_ONE -> List.of(child);
            case ONE_FOR_ALL -> all;
            case REST_FOR_ONE -> all.subList(at, all.size());
        };
        if (old == null) {
            return new ArrayList<>(wanted);
        }
        Set<Cell<?>> members = new HashSet<>(wanted);
        members.addAll(old.members.subList(Math.min(old.next, old.members.size()), old.members.size()));
        all.retainAll(members);
        return all;
    }

    /// Takes the next member down or begins it.
    private void proceed(Plan plan) {
        if (!owner.life.goesOn()) {
            return; // all children are being stopped
        }
        if (!plan.starting) {
            if (plan.next >= 0) {
                takeDown(plan.members.get(plan.next).life, plan.members.get(plan.next).spec);
                return;
            }
            plan.starting = true;
            plan.next = 0;
            backOff(plan);
        }
        if (plan.backOff != null) {
            return;
        }
        if (owner.life.rests()) {
            plan.held = true;
        } else if (plan.next < plan.members.size()) {
            plan.members.get(plan.next).life.beginAgain();
        } else {
            plan.members.forEach(member -> plans.remove(member, plan));
            lookAtWaiting();
        }
    }

    private static void takeDown(Lifecycle member, ActorSpec<?> spec) {
        if (member.isStopping() || spec.options.restart == Restart.TEMPORARY) {
            member.stopByParent(Ladder.Rung.ASKED);
        } else {
            member.endIncarnation();
        }
    }

    private void backOff(Plan plan) {
        if (plan.culprit.spec.options.backOff.equals(BackOff.NONE) || !plan.members.contains(plan.culprit)) {
            return;
        }
        long wait = nextWait(plan.culprit);
        if (wait > 0) {
            plan.backOff = owner.system.strand.schedule(
                    Ladder.later(owner.system.now(), wait), () -> post(() -> backOffOver(plan)));
        }
    }

    private void backOffOver(Plan plan) {
        if (plan.backOff != null) { // not removed meanwhile
            plan.backOff = null;
            proceed(plan);
        }
    }

    /// The wait grows with the restarts of this child only, and starts again when it has run for a period.
    private long nextWait(Cell<?> child) {
        long now = owner.system.now();
        Trouble trouble = troubles.computeIfAbsent(child, c -> new Trouble());
        boolean quiet = trouble.restarts > 0 && now - trouble.since > Ladder.nanos(rules.period());
        trouble.restarts = quiet ? 1 : trouble.restarts + 1;
        long wait = child.spec.options.backOff.nanos(trouble.restarts);
        trouble.since = Ladder.later(now, wait);
        return wait;
    }

    private void lookAtWaiting() {
        int looks = waiting.size();
        for (Case c = waiting.poll(); c != null; c = waiting.poll()) {
            if (c.failure == null) {
                ended(c);
            } else {
                failed(c);
            }
            if (--looks == 0 || (isGroup() && !plans.isEmpty())) {
                return;
            }
        }
    }

    /// A member of a plan is down, with its children.
    void childDown(Cell<?> child) {
        post(() -> {
            Plan plan = plans.get(child);
            if (plan != null && !plan.starting && plan.next >= 0 && plan.members.get(plan.next) == child) {
                plan.next--;
                proceed(plan);
            }
        });
    }

    void childStarted(Cell<?> child) {
        post(() -> {
            owner.system.restarted(child);
            Plan plan = plans.get(child);
            if (plan != null
                    && plan.starting
                    && plan.next < plan.members.size()
                    && plan.members.get(plan.next) == child) {
                plan.next++;
                proceed(plan);
            }
        });
    }

    /// Called in the owner's serial: a child has ended for good.
    void childStopped(Cell<?> child, boolean byItself) {
        Plan plan = plans.remove(child);
        troubles.remove(child);
        if (plan != null && child.life.wasAbandoned() && child.spec.options.restart != Restart.TEMPORARY) {
            owner.life.fail(new RestartsExhaustedException(
                    child.path() + " cannot be restarted: its thread did not come back and was abandoned", null));
        } else if (plan != null) {
            int at = plan.members.indexOf(child);
            plan.members.remove(at);
            boolean awaited = at == plan.next;
            if (plan.starting ? at < plan.next : at <= plan.next) {
                plan.next--;
            }
            if (plan.members.isEmpty()) {
                plan.endBackOff();
            }
            if (awaited) {
                proceed(plan);
            }
        }
        if (child.spec.options.significant && byItself) {
            significantEnded();
        }
    }

    private void significantEnded() {
        boolean end = switch (rules.autoShutdown()) {
            case NEVER -> false;
            case ANY_SIGNIFICANT -> true;
            case ALL_SIGNIFICANT -> owner.childrenInOrder().stream().noneMatch(other -> other.spec.options.significant);
        };
        if (end && owner.parent == null) {
            owner.system.stop();
        } else if (end) {
            owner.life.stopItself();
        }
    }

    /// A fresh incarnation of the owner begins without memory, by the rules of its spec.
    void forget() {
        restarts.clear();
        plans.clear();
        troubles.clear();
        waiting.clear();
        rules = owner.spec.options.supervision;
    }
}
