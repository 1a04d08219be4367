package dev.espalier.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.espalier.actor.ActorRef;
import dev.espalier.sync.Registration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/// Levels of parts of the tree, for a time: what actors there log is judged by them in place of their
/// loggers' levels. Of rules above each other the deepest holds, of two for one path the last.
///
/// It is among the context's turbo filters while there is a rule, and costs nothing otherwise. With rules
/// every call looks at the clock and climbs from its actor to the root; it allocates nothing.
///
/// *Threads.* Thread-safe: rules are copied when they change, under the monitor.
final class SubtreeLevels extends TurboFilter {
    /// @param names from the root down
    private record Rule(List<String> names, Level level, long until) {
        boolean isOver(long now) {
            return now - until >= 0;
        }

        boolean holdsFor(ActorRef<?> actor) {
            int depth = 0;
            for (ActorRef<?> at = actor; at != null; at = at.parent()) {
                depth++;
            }
            ActorRef<?> at = actor;
            for (; at != null && depth > names.size(); depth--) {
                at = at.parent();
            }
            for (int i = depth == names.size() ? depth - 1 : -1; i >= 0; i--) {
                if (at == null || !at.name().equals(names.get(i))) {
                    return false;
                }
                at = at.parent();
            }
            return depth == names.size();
        }
    }

    private final LoggerContext owner;
    private volatile Rule[] rules = {};

    SubtreeLevels(LoggerContext owner) {
        this.owner = owner;
    }

    /// @param path of an actor, as in `/shop/orders`
    /// @param nanos how long it holds
    Registration add(String path, Level level, long nanos) {
        List<String> names = List.of(path.substring(Math.min(1, path.length())).split("/", -1));
        if (!path.startsWith("/") || names.contains("")) {
            throw new IllegalArgumentException("Not the path of an actor: " + path);
        }
        Rule rule = new Rule(names, level, System.nanoTime() + nanos);
        synchronized (this) {
            change(Stream.concat(Stream.of(rule), Arrays.stream(rules).filter(old -> !old.names.equals(names))));
        }
        return () -> remove(rule);
    }

    @SuppressWarnings("ReferenceEquality") // that one
    private synchronized boolean remove(Rule rule) {
        int before = rules.length;
        change(Arrays.stream(rules).filter(old -> old != rule));
        return rules.length < before;
    }

    /// Ends all rules.
    synchronized void end() {
        change(Stream.of());
    }

    private synchronized void endThoseThatAreOver() {
        long now = System.nanoTime();
        change(Arrays.stream(rules).filter(old -> !old.isOver(now)));
    }

    private void change(Stream<Rule> to) {
        rules = to.sorted(Comparator.comparingInt((Rule rule) -> rule.names.size())
                        .reversed())
                .toArray(Rule[]::new);
        if (rules.length == 0) {
            owner.getTurboFilterList().remove(this);
        } else {
            owner.getTurboFilterList().addIfAbsent(this);
        }
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable t) {
        ActorRef<?> actor = ActorRef.current();
        long now = System.nanoTime();
        for (Rule rule : rules) {
            if (rule.isOver(now)) {
                endThoseThatAreOver();
            } else if (actor != null && rule.holdsFor(actor)) {
                return level.isGreaterOrEqual(rule.level) ? FilterReply.ACCEPT : FilterReply.DENY;
            }
        }
        return FilterReply.NEUTRAL;
    }
}
