package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A cycle of waits that was found by the [DeadlockWatch]: each member waits for the next one, the last for the first.
///
/// *Threads.* Immutable.
///
/// @param members who waits, in this order; at least one
/// @param limited whether a member has a time-out or a till, and so the cycle an end
/// @param ended the member whose wait was ended; null if none was
public record Deadlock(
        List<Member> members, boolean limited, @Nullable Member ended) {
    /// One that waits.
    ///
    /// @param waiter the strand, or the actor whose code it runs
    /// @param name of the actor or the thread
    /// @param what what it does: `waits for Lock[held by main]`
    /// @param thread the thread that waits
    /// @param stack where it was when the cycle was found
    public record Member(Waiter waiter, String name, String what, Thread thread, List<StackTraceElement> stack) {
        /// Copies the stack.
        public Member {
            stack = List.copyOf(stack);
        }
    }

    /// Copies the members.
    public Deadlock {
        members = List.copyOf(requireNonNull(members, "members"));
    }

    /// @param victim whose wait is ended; null if none is
    static Deadlock of(List<WaitsFor> cycle, @Nullable WaitsFor victim, boolean withStacks) {
        List<Member> members = new ArrayList<>(cycle.size());
        boolean limited = false;
        for (WaitsFor each : cycle) {
            Thread thread = each.strand().thread();
            List<StackTraceElement> stack = withStacks ? List.of(thread.getStackTrace()) : List.of();
            members.add(new Member(each.waiter(), each.name(), each.what(), thread, stack));
            limited |= each.isLimited();
        }
        return new Deadlock(members, limited, victim == null ? null : members.get(cycle.indexOf(victim)));
    }

    /// Who waits for whom, by names alone.
    ///
    /// @return `a -> b -> a`
    public String path() {
        StringBuilder text = new StringBuilder();
        members.forEach(each -> text.append(each.name).append(" -> "));
        return text.append(members.getFirst().name).toString();
    }

    /// What each member waits for, with its stack.
    ///
    /// @return several lines, the first one empty
    public String stacks() {
        StringBuilder text = new StringBuilder();
        for (Member each : members) {
            text.append("\n  ").append(each.name).append(' ').append(each.what);
            text.append("\n  ").append(each.name).append(" waits at");
            each.stack.forEach(frame -> text.append("\n    at ").append(frame));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "A cycle of waits: " + path() + stacks();
    }
}
