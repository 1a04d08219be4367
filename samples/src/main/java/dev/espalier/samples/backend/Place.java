package dev.espalier.samples.backend;

import dev.espalier.actor.ReplyTo;

/// The request to place an order; it goes from HTTP by way of [Customers] to its [Customer].
record Place(Order order, ReplyTo<Outcome> replyTo) implements Customer.Message {
    /// What became of it.
    sealed interface Outcome {
        /// It is in the database, perhaps from an earlier request.
        record Stored(Order order, boolean now, long customerTotalCents) implements Outcome {}

        /// It is not; the status is HTTP's.
        record Refused(int status, String reason) implements Outcome {}
    }

    void refuse(int status, String reason) {
        replyTo.reply(new Outcome.Refused(status, reason));
    }
}
