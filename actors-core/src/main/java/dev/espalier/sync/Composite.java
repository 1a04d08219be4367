package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A signal that goes when one of two others has gone, or both have.
///
/// *Problem.* Composites are made in loops and thrown away (`till.or(pleaseStop)`): if each registered itself
/// with its sources, a long-lived source would collect dead ones. *Idea.* It only refers to its sources and
/// asks them. While somebody listens, that listener (a [Watch]) has one trigger at each source, and takes them
/// back when it ends.
/// *State.* `sources`: the pair, or null once it is known that the composite has gone; plus the head of
/// [Signal].
/// *Transitions.* `pair -> null`: anybody who finds the condition true, or [#go]; plain volatile write, only
/// ever null.
/// *Invariant 1.* `sources == null` implies that the composite has gone, for ever: sources never unhappen.
/// *Invariant 2.* A listener on the own head has triggers at all sources, or the condition is looked at after
/// the last one was placed: whoever makes the last needed source go fires the head.
/// *Invariant 3.* A chain of any length is walked in a loop, and what is known to have gone lets go of its
/// sources.
///
/// *Cost.* [#isGo] walks the undecided part of the tree until the answer is known: O(1) for one pair, O(n) for
/// a chain of n. [Signal#any] and [Signal#all] build balanced trees.
final class Composite extends Signal {
    private final boolean both;
    private volatile @Nullable Pair sources;

    private record Pair(Signal left, Signal right) {}

    private Composite(Signal left, Signal right, boolean both) {
        this.both = both;
        this.sources = new Pair(left, right);
    }

    /// Looks only at what is known without a walk, so that a chain of n is built in O(n).
    @SuppressWarnings("ReferenceEquality") // the very same signal
    static Signal of(Signal left, Signal right, boolean both) {
        if (left == right) {
            return left;
        }
        boolean leftGone = isKnown(left);
        boolean rightGone = isKnown(right);
        if (both ? leftGone && rightGone : leftGone || rightGone) {
            return gone(both ? "and" : "or");
        }
        return new Composite(left, right, both);
    }

    static Signal tree(Signal[] signals, int from, int to, boolean both) {
        if (to - from == 1) {
            return signals[from];
        }
        int middle = (from + to) >>> 1;
        return of(tree(signals, from, middle, both), tree(signals, middle, to, both), both);
    }

    private static boolean isKnown(Signal signal) {
        return signal.isFired() || (signal instanceof Composite composite && composite.sources == null);
    }

    @Override
    public boolean go() {
        if (isGo()) {
            return false;
        }
        boolean first = fire();
        sources = null;
        return first;
    }

    @Override
    public boolean isGo() {
        Pair pair = sources;
        if (pair == null) {
            return true;
        }
        boolean gone;
        if (isFired()) {
            gone = true;
        } else if (pair.left instanceof Composite || pair.right instanceof Composite) {
            gone = walk(this);
        } else {
            gone = both ? pair.left.isGo() && pair.right.isGo() : pair.left.isGo() || pair.right.isGo();
        }
        if (gone) {
            sources = null;
        }
        return gone;
    }

    /// A composite whose left source is being looked at, or its right one if none is left to look at.
    private record Frame(Composite node, @Nullable Signal right) {}

    private static boolean walk(Composite root) {
        var frames = new ArrayDeque<Frame>();
        Signal next = root;
        while (true) {
            boolean gone = descend(next, frames);
            next = null;
            while (next == null) {
                Frame frame = frames.poll();
                if (frame == null) {
                    return gone;
                }
                if (frame.right == null || gone != frame.node.both) {
                    frame.node.known(gone); // decided, or both were asked
                } else {
                    frames.push(new Frame(frame.node, null));
                    next = frame.right;
                }
            }
        }
    }

    /// Goes down the left sources to a signal that can be asked, and asks it.
    private static boolean descend(Signal from, ArrayDeque<Frame> frames) {
        Signal signal = from;
        while (signal instanceof Composite composite && !composite.isFired()) {
            Pair pair = composite.sources;
            if (pair == null) {
                return true;
            }
            frames.push(new Frame(composite, pair.right));
            signal = pair.left;
        }
        return signal instanceof Composite || signal.isGo();
    }

    private void known(boolean gone) {
        if (gone) {
            sources = null;
        }
    }

    @Override
    public Registration onGo(Runnable listener) {
        var watch = new Watch(this, requireNonNull(listener, "listener"));
        if (isGo() || !push(watch)) {
            watch.run();
            return watch;
        }
        watch.place(triggers(watch));
        settle(); // invariant 2
        return watch;
    }

    /// Fires the head if the condition holds. Runs in the thread that made a source go.
    private void settle() {
        if (isGo()) {
            fire();
        }
    }

    private List<Link> triggers(Watch watch) {
        var triggers = new ArrayList<Link>();
        var open = new ArrayDeque<Composite>();
        open.push(this);
        for (Composite node = open.poll(); node != null && watch.isArmed(); node = open.poll()) {
            Pair pair = node.sources;
            if (pair != null) { // else the settling will see it
                trigger(pair.left, triggers, open);
                trigger(pair.right, triggers, open);
            }
        }
        return triggers;
    }

    private void trigger(Signal source, List<Link> triggers, ArrayDeque<Composite> open) {
        var link = new Link(source, this::settle);
        if (source.push(link)) { // else the settling will see it
            triggers.add(link);
            if (source instanceof Composite composite) {
                open.push(composite);
            }
        }
    }

    /// A listener of a composite, with its triggers at the sources.
    ///
    /// It may end while its triggers are still being placed. [#place] writes them and then looks whether it has
    /// ended; [#ended] runs after the end and takes them: at least one of the two takes them back, and the swap
    /// lets only one.
    private static final class Watch extends Link {
        private static final VarHandle TRIGGERS;

        static {
            try {
                TRIGGERS = MethodHandles.lookup().findVarHandle(Watch.class, "triggers", List.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused") // through TRIGGERS
        private volatile @Nullable List<Link> triggers;

        Watch(Composite composite, Runnable action) {
            super(composite, action);
        }

        void place(List<Link> placed) {
            triggers = placed;
            if (!isArmed()) {
                ended();
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        void ended() {
            var placed = (List<Link>) TRIGGERS.getAndSet(this, null);
            if (placed != null) {
                placed.forEach(Link::remove);
            }
        }
    }
}
