package dev.espalier.actor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The reading end of a body's mailbox; confined to the body's thread. While it waits, timers, watches and
/// replies of the same actor run in between.
///
/// It *ends* when the actor stops and its last message has been read, so a loop over it needs no stop check. A
/// message counts as processed when the next one is received, at [#taskDone()], or when the body ends.
///
/// *Failure.* Every waiting method throws [dev.espalier.sync.CancelledException] when the actor is cancelled.
public interface Inbox<M> extends Iterable<M> {
    /// The next message; waits for it. Empty means: ended.
    ///
    /// @throws IllegalStateException if another thread than the body's calls
    Optional<M> receive();

    /// The next message; empty when none came in time or when the inbox has ended, which [#isEnded()] tells
    /// apart.
    ///
    /// @param timeout not negative
    Optional<M> receive(Duration timeout);

    /// The next message if there is one at once.
    default Optional<M> poll() {
        return receive(Duration.ZERO);
    }

    /// Waits for a message and returns it with those that are there already, oldest first. Empty means: ended.
    /// If the body then fails, the whole batch counts as processed.
    ///
    /// @param most at least 1
    List<M> receiveBatch(int most);

    /// Declares the messages received so far as processed, for [ActorRef#awaitProcessed].
    void taskDone();

    /// Whether no message will ever come again.
    boolean isEnded();
}
