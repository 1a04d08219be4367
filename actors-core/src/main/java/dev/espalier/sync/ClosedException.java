package dev.espalier.sync;

/// Thrown to who sends into a [Channel] or the like that is closed. What was to be sent is still the sender's.
public final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Nothing more can be sent.
    ///
    /// @param message says what is closed
    public ClosedException(String message) {
        super(message);
    }
}
