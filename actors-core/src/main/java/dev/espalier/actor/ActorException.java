package dev.espalier.actor;

import org.jspecify.annotations.Nullable;

/// The common type of all errors that this package reports to a caller. Unchecked: an actor that does not
/// expect one simply fails, and its supervisor decides.
public sealed class ActorException extends RuntimeException
        permits ActorFailedException,
                ActorStoppedException,
                AskCycleException,
                AskTimeoutException,
                JoinTimeoutException,
                MailboxFullException,
                NameTakenException,
                RestartsExhaustedException,
                SpawnRefusedException,
                StartFailedException {
    private static final long serialVersionUID = 1L;

    ActorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
