package dev.espalier.proofs;

import dev.espalier.actor.ActorObserver;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import dev.espalier.actor.DeadLetter;
import dev.espalier.actor.StopReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// What happened in one schedule, and what of it must not be. One strand runs at a time, so it needs no locks.
final class Book implements ActorObserver {
    final List<String> wrong = new ArrayList<>();
    /// Who had stopped while the end of a descendant was still to be announced.
    final List<String> early = new ArrayList<>();
    private final Map<Integer, Integer> told = new HashMap<>();
    private final Map<Integer, Integer> fates = new HashMap<>();
    private final Map<String, Integer> lastSeen = new HashMap<>();
    private final Map<String, StringBuilder> hooks = new HashMap<>();
    private final Set<String> living = new HashSet<>();
    private final Set<String> gone = new HashSet<>();
    private final Set<String> running = new HashSet<>();
    private final Map<String, ActorRef<?>> refs = new HashMap<>();
    private int messages;
    long failures;
    long handled;
    long stops;

    int newMessage() {
        return ++messages;
    }

    void told(int message) {
        told.merge(message, 1, Integer::sum);
    }

    /// A handler begins; returns when it may not.
    void enter(String path, int message, int sender) {
        handled++;
        fates.merge(message, 1, Integer::sum);
        check(running.add(path), "two at a time in " + path);
        check(!gone.contains(path), "undead: " + path);
        Integer before = lastSeen.put(path + " from " + sender, message);
        check(before == null || before < message, "out of order: " + before + " before " + message + " in " + path);
    }

    void leave(String path) {
        running.remove(path);
    }

    void hook(ActorRef<?> actor, char hook) {
        String path = actor.path();
        refs.put(path, actor);
        check(!gone.contains(path), "hook " + hook + " after the end of " + path);
        if (hook == 'S') {
            living.add(path);
        }
        hooks.computeIfAbsent(path, p -> new StringBuilder()).append(hook);
    }

    void check(boolean ok, String what) {
        if (!ok) {
            wrong.add(what);
        }
    }

    @Override
    public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
        String path = actor.path();
        stops++;
        check(gone.add(path), "stopped twice: " + path);
        living.remove(path);
        for (String other : living) {
            if (other.startsWith(path + "/")) {
                ActorRef<?> below = refs.get(other);
                boolean went = below != null && below.stopped().isGo();
                early.add(path + " stopped before " + other + (went ? " was announced" : ""));
                check(
                        below == null || below.state() == ActorState.STOPPED,
                        path + " stopped while " + other + " lives");
            }
        }
    }

    @Override
    public void deadLetter(DeadLetter letter) {
        if (letter.message() instanceof Schedule.Note note) {
            fates.merge(note.number(), 1, Integer::sum);
        }
    }

    /// At the end, when all has stopped.
    void close() {
        told.keySet().forEach(message -> check(fates.containsKey(message), "lost: " + message));
        fates.forEach((message, n) -> check(n == 1, message + " has " + n + " fates"));
        check(living.isEmpty(), "undead: " + living);
        hooks.forEach((path, order) -> check(order.toString().matches("S(BS)*B?T"), "hooks of " + path + ": " + order));
    }
}
