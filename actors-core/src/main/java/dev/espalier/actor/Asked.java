package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// A message that somebody waits for, as an entry of the mailbox of `to`. A forward makes another entry of the
/// same request.
///
/// The request is in the hands of its newest entry ([Request#holder]): only the actor that holds it lets it
/// fail when it fails or ends, so one that has forwarded a request may end.
final class Asked {
    final Request<?> request;
    final Object message;
    final Cell<?> to;

    /// The entry that holds the request again if this one is not accepted; null once it is.
    private volatile @Nullable Asked before;

    /// Whether `to` has noted it as unanswered; confined to its thread.
    boolean noted;

    /// Takes the request over.
    Asked(Request<?> request, Object message, Cell<?> to) {
        this.request = request;
        this.message = message;
        this.to = to;
        this.before = request.holder();
        request.hold(this);
    }

    /// The mailbox has taken it.
    void accepted() {
        before = null;
    }

    /// The mailbox has not taken it. Who had it before may have ended meanwhile: then nobody else refuses it.
    void giveBack() {
        Asked old = before;
        request.hold(old);
        if (old != null && old.to.stopped().isGo()) {
            old.refuse();
        }
    }

    /// Nobody waits for it any more.
    boolean isExpired() {
        return request.isExpired();
    }

    /// Somebody waits, and waits for `to`, or may do so again.
    boolean isHeld() {
        Asked holder = request.holder();
        return (holder == this || (holder != null && holder.before == this)) && !request.isDone();
    }

    /// Ends the ask with this exception, unless it was forwarded.
    void abort(RuntimeException cause) {
        if (request.holder() == this) {
            request.abort(cause);
        }
    }

    /// Ends the ask because `to` has ended, unless it was forwarded.
    void refuse() {
        abort(new ActorStoppedException(to.path() + " has stopped and cannot reply", null));
    }
}
