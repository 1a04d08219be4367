package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/// Values on their way from some threads to others, in order; each goes to one receiver.
///
/// *Bounded*: who sends waits while it is full. *Unbounded*: who sends never waits. *Rendezvous*: who sends
/// waits until somebody receives. Threads are served first come, first served; a wait that was given up has
/// neither sent nor received anything.
///
/// A channel can have several *ends*, made by [#dup]: what is sent into any of them from then on is received from
/// each of them. Threads that receive from the same end share its values. With a bound, the slowest end holds up the
/// senders, so one that is not read any more has to [#leave].
///
/// [#close] ends it: nothing more can be sent, what is in it can still be received, then receivers find it
/// ended.
///
/// {@snippet class="dev.espalier.actor.PrimitivesGuideTest" region="channel"}
///
/// *Failure.* Sending into a closed channel throws [ClosedException], also for those that wait to send when it is
/// closed. Receiving from an ended one gives an empty result.
/// *Threads.* Thread-safe. An iterator is confined to one thread; each thread may have its own.
/// *Memory.* What a thread does before it sends a value happens before what another one does after it received it.
/// *Cost.* A short lock for each call; with more than one processor, who waits in a rendezvous looks for a microsecond
/// before it parks. About 250 bytes and 8 for each place that was ever used at the same time.
///
/// *Source.* Conpig's and Haskell's `Chan` with its `dupChan`; CSP.
///
/// @param <T> the type of the values
public final class Channel<T> implements Iterable<T> {
    private final ChannelHub<T> hub;
    private final ChannelEnd<T> end;

    private Channel(ChannelHub<T> hub) {
        this.hub = hub;
        this.end = hub.open();
    }

    /// A channel with a bound.
    ///
    /// @param <T> the type of the values
    /// @param capacity how many values may be in it; at least 1
    /// @return an empty channel
    public static <T> Channel<T> bounded(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        return new Channel<>(new ChannelHub<>(capacity));
    }

    /// A channel without a bound. Prefer a bound where senders can be faster than receivers.
    ///
    /// @param <T> the type of the values
    /// @return an empty channel
    public static <T> Channel<T> unbounded() {
        return new Channel<>(new ChannelHub<>(Integer.MAX_VALUE));
    }

    /// A channel that holds nothing: a sender and a receiver meet.
    ///
    /// @param <T> the type of the values
    /// @return a channel
    public static <T> Channel<T> rendezvous() {
        return new Channel<>(new ChannelHub<>(0));
    }

    // ---- Send

    /// Sends a value; waits for room.
    ///
    /// @param value the value
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not sent
    public void send(T value) {
        hub.send(value, Long.MAX_VALUE, null);
    }

    /// Sends a value, but does not wait for ever.
    ///
    /// @param value the value
    /// @param duration how long at most; not negative
    /// @return true if it was sent
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not sent
    public boolean send(T value, Duration duration) {
        return hub.send(value, Strand.deadlineAfter(duration), null);
    }

    /// Sends a value, or gives up when the signal goes.
    ///
    /// @param value the value
    /// @param till ends the wait as well
    /// @return true if it was sent
    /// @throws ClosedException if it is closed, or is closed while this waits
    /// @throws CancelledException if cancelled or interrupted while it waits; then it was not sent
    public boolean send(T value, Signal till) {
        return hub.send(value, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// Sends a value if that can be done at once.
    ///
    /// @param value the value
    /// @return true if it was sent
    /// @throws ClosedException if it is closed
    public boolean trySend(T value) {
        return hub.trySend(value);
    }

    // ---- Receive

    /// Receives a value; waits for one.
    ///
    /// @return the value; empty if the channel has ended
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was received
    public Optional<T> receive() {
        return hub.receive(end, Long.MAX_VALUE, null);
    }

    /// Receives a value, but does not wait for ever.
    ///
    /// @param duration how long at most; not negative
    /// @return the value; empty if none came in time, or if the channel has ended, which [#isEnded] tells apart
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was received
    public Optional<T> receive(Duration duration) {
        return hub.receive(end, Strand.deadlineAfter(duration), null);
    }

    /// Receives a value, or gives up when the signal goes.
    ///
    /// @param till ends the wait as well
    /// @return the value; empty if none came in time, or if the channel has ended, which [#isEnded] tells apart
    /// @throws CancelledException if cancelled or interrupted while it waits; then nothing was received
    public Optional<T> receive(Signal till) {
        return hub.receive(end, Long.MAX_VALUE, requireNonNull(till, "till"));
    }

    /// Receives a value if there is one at once.
    ///
    /// @return the value; empty if there is none, or if the channel has ended
    public Optional<T> tryReceive() {
        return hub.tryReceive(end);
    }

    /// Receives until the channel has ended. The iterator's methods wait as [#receive] does.
    @Override
    public Iterator<T> iterator() {
        return new UntilEnd<>(this::receive);
    }

    // ---- Ends

    /// Another end of the same channel, empty at first: what is sent from now on is received from both.
    ///
    /// @return the new end; of a closed channel it has ended
    /// @throws IllegalStateException if this is a rendezvous: that is between two
    public Channel<T> dup() {
        return new Channel<>(hub);
    }

    /// Gives this end up: what is in it is dropped, it has ended, and it does not hold up senders any more. When the
    /// last end has left, the channel is closed.
    public void leave() {
        hub.leave(end);
    }

    /// Closes the channel with all its ends. Threads that wait to send fail; those that wait to receive find it
    /// ended.
    ///
    /// @return true if this call closed it
    public boolean close() {
        return hub.close();
    }

    /// Tells whether nothing more can be sent.
    ///
    /// @return true once it is closed
    public boolean isClosed() {
        return hub.isClosed();
    }

    /// Tells whether nothing will ever be received here again.
    ///
    /// @return true once it is closed and this end is empty
    public boolean isEnded() {
        return hub.isEnded(end);
    }

    /// How many values are in this end.
    ///
    /// @return zero or more; may be out of date at once
    public int size() {
        return hub.size(end);
    }

    @Override
    public String toString() {
        return "Channel[" + size() + (isClosed() ? " values, closed]" : " values]");
    }

    ChannelHub<T> hub() {
        return hub;
    }

    ChannelEnd<T> end() {
        return end;
    }
}
