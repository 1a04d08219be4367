package dev.espalier.actor;

import java.time.Duration;

/// The timers of one incarnation of an actor. A tick arrives as a message of the actor, through the control
/// lane: it is never dropped and does not wait behind data. No tick arrives after its timer was cancelled or
/// replaced, the actor restarted, or stopped. Confined to the actor's thread.
///
/// Ticks are never early. Of a periodic timer at most one tick waits: an actor that is late gets no burst.
///
/// {@snippet class="dev.espalier.actor.FirstActorGuideTest" region="timer"}
///
/// *Failure.* What the actor throws over a tick is its failure, as with any message. Timers end with the
/// incarnation: `onStart` makes them again.
///
/// @param <M> the messages of the actor
public interface Timers<M> {
    /// Sends the message once, after the delay. A timer of the same key is replaced.
    ///
    /// @param key names the timer; compared by `equals`
    /// @param delay not negative
    void once(Object key, M message, Duration delay);

    /// Sends the message every period, counted from now, whatever the ticks take. The first comes after one
    /// period. A timer of the same key is replaced.
    ///
    /// @param key names the timer; compared by `equals`
    /// @param period positive
    void fixedRate(Object key, M message, Duration period);

    /// Sends the message again and again, each time `delay` after the last tick was handled; the first comes
    /// after one delay. A timer of the same key is replaced.
    ///
    /// @param key names the timer; compared by `equals`
    /// @param delay positive
    void fixedDelay(Object key, M message, Duration delay);

    /// Sends the message whenever no other message was handled for this long. There is one of these per actor;
    /// ticks of timers do not count as messages.
    ///
    /// @param idle positive
    void receiveTimeout(M message, Duration idle);

    /// Ends the receive time-out.
    void cancelReceiveTimeout();

    /// Ends the timer of this key.
    ///
    /// @return whether there was one
    boolean cancel(Object key);

    /// Ends all timers.
    void cancelAll();

    /// Whether a timer of this key is running.
    boolean isActive(Object key);
}
