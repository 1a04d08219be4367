package dev.espalier.actor;

import java.time.Duration;

/// The timers of one incarnation of an actor. A tick arrives as a message of the actor, through the control
/// lane: it is
/// never dropped and does not wait behind data. No tick arrives after its timer was cancelled or replaced, the
/// actor
/// restarted, or stopped. Confined to the actor's thread.
///
/// Ticks are never early. Of a periodic timer at most one tick waits: an actor that is late gets no burst.
///
/// @param <M> the messages of the actor
public interface Timers<M> {
    /// Sends the message once, after the delay. A timer of the same key is replaced.
    ///
    /// @param delay not negative
    void once(Object key, M message, Duration delay);

    /// Sends the message every period, counted from now, whatever the ticks take.
    ///
    /// @param period positive
    void fixedRate(Object key, M message, Duration period);

    /// Sends the message again and again, each time `delay` after the last tick was handled.
    ///
    /// @param delay positive
    void fixedDelay(Object key, M message, Duration delay);

    /// Sends the message whenever no other message was handled for this long.
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
