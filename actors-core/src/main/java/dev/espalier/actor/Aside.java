package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The messages of one behavior that are no longer in its mailbox and still wait: stashed ones, and those
/// that come before the mailbox, because they were unstashed or are to be tried again. Made for the first of
/// them.
///
/// Confined to the actor's thread; after an abandon, to life.
final class Aside {
    private final ArrayDeque<Object> front = new ArrayDeque<>();
    private final List<Object> stash = new ArrayList<>();

    int size() {
        return front.size() + stash.size();
    }

    boolean hasFront() {
        return !front.isEmpty();
    }

    /// The next one that comes before the mailbox; null if there is none.
    @Nullable
    Object poll() {
        return front.poll();
    }

    /// It is to be tried again, before all others.
    void again(Object entry) {
        front.addFirst(entry);
    }

    void stash(Object entry) {
        stash.add(entry);
    }

    /// What was stashed comes before the mailbox, and before what is there already.
    void unstash() {
        for (Object entry : stash.reversed()) {
            front.addFirst(entry);
        }
        stash.clear();
    }

    /// A fresh incarnation begins: what was stashed comes before the mailbox, after what is to be tried again.
    void restarted() {
        front.addAll(stash);
        stash.clear();
    }

    /// All, in the order in which they would have been handled.
    List<Object> all() {
        List<Object> all = new ArrayList<>(front);
        all.addAll(stash);
        return all;
    }
}
