package dev.espalier.actor;

import java.time.Duration;

/// Where the answer to one ask goes. Part of the request message. Thread-safe; the first answer counts.
///
/// @param <R> the reply
public interface ReplyTo<R> {
    /// Answers the ask, from any thread; never blocks.
    ///
    /// @return whether the asker still waited and this was the first answer
    boolean reply(R value);

    /// Lets the ask fail: the asker gets an [ActorFailedException] with this cause.
    ///
    /// @return whether the asker still waited and this was the first answer
    boolean fail(Throwable cause);

    /// What is left of the asker's time; zero when it has gone.
    Duration remaining();
}
