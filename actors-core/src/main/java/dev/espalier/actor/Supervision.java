package dev.espalier.actor;

import java.time.Duration;
import java.util.Objects;

/// How an actor supervises its children; declared when it is spawned, can be changed while it runs
/// ([ActorContext#supervise]). The defaults: one-for-one, at most 3 restarts in 5 seconds, never ends with its
/// children.
///
/// @param strategy which children are restarted together
/// @param restarts how many restarts are allowed within the period; 0 or more, [#UNLIMITED] for any number
/// @param period the sliding period; positive
/// @param autoShutdown whether it ends when its significant children do
public record Supervision(Strategy strategy, int restarts, Duration period, AutoShutdown autoShutdown) {
    /// Any number of restarts.
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// One-for-one, 3 restarts in 5 seconds, never ends with its children.
    public static final Supervision DEFAULT =
            new Supervision(Strategy.ONE_FOR_ONE, 3, Duration.ofSeconds(5), AutoShutdown.NEVER);

    public Supervision {
        Objects.requireNonNull(strategy, "strategy");
        Objects.requireNonNull(period, "period");
        Objects.requireNonNull(autoShutdown, "autoShutdown");
        if (restarts < 0) {
            throw new IllegalArgumentException("restarts must be 0 or more, not " + restarts);
        }
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("The period must be positive, not " + period);
        }
    }

    /// One-for-one with the other defaults.
    public static Supervision oneForOne() {
        return DEFAULT;
    }

    /// One-for-all with the other defaults.
    public static Supervision oneForAll() {
        return DEFAULT.strategy(Strategy.ONE_FOR_ALL);
    }

    /// Rest-for-one with the other defaults.
    public static Supervision restForOne() {
        return DEFAULT.strategy(Strategy.REST_FOR_ONE);
    }

    /// The same with another strategy.
    public Supervision strategy(Strategy other) {
        return new Supervision(other, restarts, period, autoShutdown);
    }

    /// The same with another intensity.
    public Supervision intensity(int newRestarts, Duration newPeriod) {
        return new Supervision(strategy, newRestarts, newPeriod, autoShutdown);
    }

    /// The same with another end.
    public Supervision autoShutdown(AutoShutdown other) {
        return new Supervision(strategy, restarts, period, other);
    }
}
