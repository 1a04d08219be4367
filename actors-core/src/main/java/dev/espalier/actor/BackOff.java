package dev.espalier.actor;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/// How long a restart waits: `first`, doubled with each further restart that the same actor makes necessary, up
/// to `most`, and `first` again once it has run for the supervisor's period without one. Restarts of its
/// siblings do not count. Each wait is varied at random by ± `jitter`, so that many do not come back at once.
///
/// @param first the wait before the first restart; not negative
/// @param most the longest wait; at least `first`
/// @param jitter 0.0 to 1.0
public record BackOff(Duration first, Duration most, double jitter) {
    /// No wait: the default.
    public static final BackOff NONE = new BackOff(Duration.ZERO, Duration.ZERO, 0);

    public BackOff {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(most, "most");
        if (first.isNegative() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException("A back-off needs 0 <= first <= most, not " + first + " and " + most);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("Jitter must be 0.0 to 1.0, not " + jitter);
        }
    }

    /// With a jitter of 0.2.
    public static BackOff exponential(Duration first, Duration most) {
        return new BackOff(first, most, 0.2);
    }

    /// @param attempt 1 for the first restart
    long nanos(int attempt) {
        double wait =
                Math.min(Ladder.nanos(first) * Math.pow(2, Math.min(attempt - 1, 62)), (double) Ladder.nanos(most));
        double factor =
                jitter == 0 ? 1 : 1 + jitter * ThreadLocalRandom.current().nextDouble(-1, 1);
        return (long) (wait * factor);
    }
}
