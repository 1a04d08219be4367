package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// Thrown to the youngest ask of a cycle (A waits for B, B waits for A) the moment the cycle closes; an ask to
/// oneself is the shortest one. The message holds the stacks of all waiting actors.
public final class AskCycleException extends ActorException {
    private static final long serialVersionUID = 1L;

    AskCycleException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
