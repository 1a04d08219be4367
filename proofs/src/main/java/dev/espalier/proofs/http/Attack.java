package dev.espalier.proofs.http;

import java.nio.charset.StandardCharsets;

/// What one client does.
///
/// @param kind of bad input, in a word
/// @param bytes what it sends
/// @param ending what it does then
/// @param expected what must come of it
@SuppressWarnings("ArrayRecordComponent") // never compared
record Attack(String kind, byte[] bytes, Ending ending, Expected expected) {
    private static final int SHOWN = 90;

    /// How a client goes on when it has sent everything.
    enum Ending {
        /// Reads until the server closes.
        READ,
        /// Reads the head of the answer and leaves.
        LEAVE,
        /// Says that nothing more will come, and reads.
        HALF_CLOSE,
        /// Resets the connection.
        RESET,
        /// Says nothing more and reads nothing, until the end of all attacks.
        STAY
    }

    /// What a server may do.
    enum Expected {
        /// It answers, and not by 5xx.
        ANSWER,
        /// It answers by 4xx.
        REFUSAL,
        /// It answers, not by 5xx, or closes the connection: the input is no request.
        END,
        /// As [#END], but may also say 501: it does not know this encoding.
        NOT_IMPLEMENTED,
        /// As [#ANSWER], but may also say 503: it serves only so many of these.
        BUSY
    }

    /// For people: the beginning of what was sent.
    String shown() {
        String text = new String(bytes, 0, Math.min(SHOWN, bytes.length), StandardCharsets.ISO_8859_1);
        return kind + " \"" + text.replaceAll("[^ -~]", "?").replace('|', '?') + "\"";
    }
}
