package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What all ends of a [Channel] have in common: the bound, the senders' line, whether it is closed.
///
/// *State.* All with the guard.
/// *Invariant 1.* Somebody waits to send only while no value can be sent: an end is full, or, in a rendezvous,
/// nobody waits to receive. *Invariant 2.* When it is closed, nobody waits. *Invariant 3.* A value goes to all ends at
/// once or to none.
final class ChannelHub<T> {
    /// What a place is granted that waited for a value when the channel was closed.
    private static final Object END = new Object();
    /// What a sender's place is granted in that case.
    private static final Object REFUSED = new Object();

    private static final int LOOKS = 64;

    final Guard guard = new Guard();
    final Line senders;
    private final List<ChannelEnd<T>> ends = new ArrayList<>(1);
    /// The only end; null if there are several.
    private @Nullable ChannelEnd<T> only;

    /// Only a rendezvous looks before it parks: there the partner is often about to come. Where there is room for
    /// values, who parks gets many at once afterwards.
    private final @Nullable Spin spin;
    private final int capacity;
    private volatile boolean closed; // written with the guard

    ChannelHub(int capacity) {
        this.capacity = capacity;
        this.spin = capacity == 0 ? new Spin(LOOKS) : null;
        this.senders = new Line(guard, spin);
    }

    // ---- With the guard: what channels and selects are made of

    /// Sends a value if that can be done now.
    boolean sendNow(T value) {
        if (closed) {
            throw new ClosedException("the channel is closed");
        }
        ChannelEnd<T> end = only;
        if (end == null) {
            return sendToAll(value);
        }
        if (end.receivers.handOver(value) != null) {
            return true;
        }
        if (end.values.size() >= capacity) {
            return false;
        }
        end.values.add(value);
        return true;
    }

    private boolean sendToAll(T value) { // invariant 3
        if (!hasRoom()) {
            return false;
        }
        for (int i = 0; i < ends.size(); i++) {
            ChannelEnd<T> end = ends.get(i);
            if (end.receivers.handOver(value) == null) {
                end.values.add(value);
            }
        }
        return true;
    }

    private boolean hasRoom() {
        for (int i = 0; i < ends.size(); i++) {
            if (ends.get(i).values.size() >= capacity) {
                return false;
            }
        }
        return true;
    }

    /// Receives a value if there is one now.
    @Nullable
    T receiveNow(ChannelEnd<T> end) {
        T value = end.values.poll();
        if (value != null) {
            admit();
            return value;
        }
        return capacity == 0 && !closed ? nextSent() : null;
    }

    /// There is room now, perhaps: senders go on.
    private void admit() {
        while (!senders.isEmpty() && hasRoom()) {
            T value = nextSent();
            if (value != null) {
                sendNow(value);
            }
        }
    }

    /// What the first sender in line brings, which is sent now.
    @SuppressWarnings("unchecked") // senders bring T
    private @Nullable T nextSent() {
        Place sender = senders.call();
        return sender == null ? null : (T) requireNonNull(sender.value);
    }

    boolean isEndedNow(ChannelEnd<T> end) {
        return (closed || end.left) && end.values.isEmpty();
    }

    // ---- Waiting

    boolean send(T value, long deadlineNanos, @Nullable Signal till) {
        requireNonNull(value, "value");
        Place place;
        guard.lock();
        try {
            if (sendNow(value)) {
                return true;
            }
            place = new Place(senders);
            place.value = value;
            senders.join(place);
        } finally {
            guard.leave();
        }
        return place.await(this, deadlineNanos, till) && sent(place);
    }

    /// What a granted place of a sender means.
    @SuppressWarnings("ReferenceEquality") // a mark
    boolean sent(Place place) {
        if (place.value == REFUSED) {
            throw new ClosedException("the channel was closed");
        }
        return true;
    }

    boolean trySend(T value) {
        requireNonNull(value, "value");
        guard.lock();
        try {
            return sendNow(value);
        } finally {
            guard.leave();
        }
    }

    Optional<T> receive(ChannelEnd<T> end, long deadlineNanos, @Nullable Signal till) {
        Place place;
        guard.lock();
        try {
            T value = receiveNow(end);
            if (value != null || isEndedNow(end)) {
                return Optional.ofNullable(value);
            }
            place = new Place(end.receivers);
            end.receivers.join(place);
        } finally {
            guard.leave();
        }
        return place.await(this, deadlineNanos, till) ? received(place) : Optional.empty();
    }

    /// What a granted place of a receiver means; empty for the end.
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // only T and END are handed over
    Optional<T> received(Place place) {
        Object value = requireNonNull(place.value);
        return value == END ? Optional.empty() : Optional.of((T) value);
    }

    Optional<T> tryReceive(ChannelEnd<T> end) {
        guard.lock();
        try {
            return Optional.ofNullable(receiveNow(end));
        } finally {
            guard.leave();
        }
    }

    // ---- Ends

    ChannelEnd<T> open() {
        guard.lock();
        try {
            if (capacity == 0 && !ends.isEmpty()) {
                throw new IllegalStateException("a rendezvous has one end");
            }
            var end = new ChannelEnd<T>(guard, spin);
            ends.add(end);
            only = ends.size() == 1 ? end : null;
            return end;
        } finally {
            guard.leave();
        }
    }

    void leave(ChannelEnd<T> end) {
        guard.lock();
        try {
            if (end.left) {
                return;
            }
            end.left = true;
            end.values.clear();
            tellEnd(end);
            if (ends.size() == 1) {
                closeNow();
            } else {
                ends.remove(end);
                only = ends.size() == 1 ? ends.getFirst() : null;
                admit();
            }
        } finally {
            guard.leave();
        }
    }

    boolean close() {
        guard.lock();
        try {
            return closeNow();
        } finally {
            guard.leave();
        }
    }

    private boolean closeNow() {
        if (closed) {
            return false;
        }
        closed = true;
        while (senders.handOver(REFUSED) != null) {
            // all of them
        }
        ends.forEach(this::tellEnd);
        return true;
    }

    private void tellEnd(ChannelEnd<T> end) {
        while (end.receivers.handOver(END) != null) {
            // all of them
        }
    }

    boolean isClosed() {
        return closed;
    }

    boolean isEnded(ChannelEnd<T> end) {
        guard.lock();
        try {
            return isEndedNow(end);
        } finally {
            guard.leave();
        }
    }

    int size(ChannelEnd<T> end) {
        guard.lock();
        try {
            return end.values.size();
        } finally {
            guard.leave();
        }
    }

    /// How many wait here; for displays and tests.
    int waiting() {
        guard.lock();
        try {
            int count = senders.size();
            for (ChannelEnd<T> end : ends) {
                count += end.receivers.size();
            }
            return count;
        } finally {
            guard.leave();
        }
    }

    @Override
    public String toString() {
        return "Channel[" + (closed ? "closed" : "open") + "]";
    }
}
