package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decides about the children of one actor. All of it belongs to the actor's [Serial]; children post what
/// happened to
/// them and get their verdict as a post.
///
/// A *plan* is one restart under way: its members are taken down one at a time in reverse start order, then,
/// after the
/// back-off, begun one at a time in start order. One-for-one has a plan per child; the other strategies have
/// one plan
/// at
/// a time, and what fails meanwhile is looked at when it is done. A member whose start fails makes a new plan,
/// which
/// counts: so restarts that keep failing end in the limit.
final class Supervisor {
    /// One restart under way.
    private static final class Plan {
        final Cell<?> culprit;
        final List<Cell<?>> members;
        int next;
        boolean starting;

        Plan(Cell<?> culprit, List<Cell<?>> members) {
            this.culprit = culprit;
            this.members = members;
            this.next = members.size() - 1;
        }
    }

    /// A child whose case waits for a plan to end.
    private record Case(
            Cell<?> child, int incarnation, @Nullable Failure failure) {}

    private final Cell<?> owner;
    private Supervision rules;
    private final ArrayDeque<Long> restarts = new ArrayDeque<>();
    private final Map<Cell<?>, Plan> plans = new HashMap<>();
    private final ArrayDeque<Case> waiting = new ArrayDeque<>();

    Supervisor(Cell<?> owner) {
        this.owner = owner;
        this.rules = owner.spec.supervision;
    }

    private void post(Runnable task) {
        owner.life.serial.post(task);
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
        if (failure == null || c.child.life.incarnation() != c.incarnation) {
            return;
        }
        if (!owner.life.isUp() && !owner.life.isStarting()) {
            owner.system.failed(failure, Decision.STOP);
            c.child.life.terminate();
            return;
        }
        Plan plan = plans.get(c.child);
        if (plan == null && isGroup() && !plans.isEmpty()) {
            waiting.add(c);
            return;
        }
        Decision decision = decide(c.child, failure);
        owner.system.failed(failure, decision);
        owner.tellChildFailure(failure);
        switch (decision) {
            case RESUME -> c.child.life.resume();
            case STOP -> c.child.life.terminate();
            case ESCALATE -> owner.life.fail(failure.cause());
            case RESTART -> restart(c.child, failure.cause());
        }
    }

    private Decision decide(Cell<?> child, Failure failure) {
        Decision decision;
        try {
            decision = child.spec.decider.decide(failure.cause());
        } catch (Throwable t) {
            Log.engineError("The decider of " + child.path() + " failed; its failure is escalated", t);
            return Decision.ESCALATE;
        }
        if (decision == Decision.RESUME && (child.program.endsItself() || !child.life.isResumable())) {
            decision = Decision.RESTART;
        }
        return decision == Decision.RESTART && child.spec.restart == Restart.TEMPORARY ? Decision.STOP : decision;
    }

    private void ended(Case c) {
        if (c.child.life.incarnation() != c.incarnation) {
            return;
        }
        if (owner.life.isUp() && c.child.spec.restart == Restart.PERMANENT) {
            if (isGroup() && !plans.isEmpty()) {
                waiting.add(c);
            } else {
                restart(c.child, null);
            }
        } else {
            c.child.life.terminate();
        }
    }

    // Plans.

    private boolean isGroup() {
        return rules.strategy() != Strategy.ONE_FOR_ONE;
    }

    private void restart(Cell<?> child, @Nullable Throwable cause) {
        if (!withinLimit()) {
            owner.life.fail(new RestartsExhaustedException(
                    owner.path() + " has had more than " + rules.restarts() + " restarts in " + rules.period()
                            + "; the last for " + child.path(),
                    cause));
            return;
        }
        Plan old = plans.get(child);
        Plan plan = new Plan(child, members(child, old));
        if (old != null) {
            old.members.forEach(plans::remove);
        }
        plan.members.forEach(member -> plans.put(member, plan));
        proceed(plan);
    }

    private boolean withinLimit() {
        if (rules.restarts() == Supervision.UNLIMITED) {
            return true;
        }
        long now = owner.system.now();
        long period = Ladder.nanos(rules.period());
        restarts.add(now);
        while (!restarts.isEmpty() && now - restarts.getFirst() > period) {
            restarts.removeFirst();
        }
        return restarts.size() <= rules.restarts();
    }

    private List<Cell<?>> members(Cell<?> child, @Nullable Plan old) {
        if (!isGroup()) {
            return new ArrayList<>(List.of(child));
        }
        List<Cell<?>> all = owner.childrenInOrder();
        int from = rules.strategy() == Strategy.ONE_FOR_ALL ? 0 : all.indexOf(child);
        List<Cell<?>> members = new ArrayList<>(all.subList(Math.max(from, 0), all.size()));
        if (old != null) {
            old.members.stream()
                    .filter(all::contains)
                    .filter(m -> !members.contains(m))
                    .forEach(members::add);
        }
        return members;
    }

    /// Takes the next member down or begins it.
    private void proceed(Plan plan) {
        if (!plan.starting) {
            if (plan.next >= 0) {
                Cell<?> member = plan.members.get(plan.next);
                if (member.life.isDown()) {
                    plan.next--;
                    proceed(plan);
                } else if (member.life.isStopping() || member.spec.restart == Restart.TEMPORARY) {
                    member.life.stopByParent(Ladder.Rung.ASKED);
                } else {
                    member.life.endIncarnation();
                }
                return;
            }
            plan.starting = true;
            backOff(plan);
        } else if (plan.next < plan.members.size()) {
            plan.members.get(plan.next).life.beginAgain();
        } else {
            plan.members.forEach(member -> plans.remove(member, plan));
            lookAtWaiting();
        }
    }

    private void backOff(Plan plan) {
        plan.next = 0;
        long wait = plan.culprit.spec.backOff.nanos(Math.max(1, restarts.size()));
        if (wait <= 0) {
            proceed(plan);
            return;
        }
        owner.system.strand.schedule(
                owner.system.now() + wait,
                () -> post(() -> {
                    if (isCurrent(plan)) {
                        proceed(plan);
                    }
                }));
    }

    private boolean isCurrent(Plan plan) {
        return plans.containsValue(plan) && owner.life.isUp();
    }

    private void lookAtWaiting() {
        for (Case c = waiting.poll(); c != null; c = waiting.poll()) {
            if (c.failure == null) {
                ended(c);
            } else {
                failed(c);
            }
            if (!plans.isEmpty()) {
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
        if (plan != null && child.life.wasAbandoned() && child.spec.restart != Restart.TEMPORARY) {
            owner.life.fail(new RestartsExhaustedException(
                    child.path() + " cannot be restarted: its thread did not come back and was abandoned", null));
        } else if (plan != null) {
            int at = plan.members.indexOf(child);
            plan.members.remove(at);
            if (!plan.starting && at <= plan.next) {
                boolean awaited = at == plan.next;
                plan.next--;
                if (awaited) {
                    proceed(plan);
                }
            } else if (plan.starting) {
                boolean awaited = at == plan.next;
                if (at < plan.next) {
                    plan.next--;
                }
                if (awaited) {
                    proceed(plan);
                }
            }
        }
        if (child.spec.significant && byItself) {
            significantEnded();
        }
    }

    private void significantEnded() {
        boolean end = switch (rules.autoShutdown()) {
            case NEVER -> false;
            case ANY_SIGNIFICANT -> true;
            case ALL_SIGNIFICANT -> owner.childrenInOrder().stream().noneMatch(other -> other.spec.significant);
        };
        if (end) {
            owner.life.stopItself();
        }
    }

    /// A fresh incarnation of the owner begins without memory.
    void forget() {
        restarts.clear();
        plans.clear();
        waiting.clear();
    }
}
