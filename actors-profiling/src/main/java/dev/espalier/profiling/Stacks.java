package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import java.util.Arrays;
import java.util.List;

/// Where the threads of actors are.
final class Stacks {
    private static final int FRAMES = 64;

    private Stacks() {}

    /// The innermost frame first; empty if it has no thread, or had another one, or none, a moment later:
    /// then the stack may be that of another actor's turn.
    static List<String> of(ActorRef<?> actor) {
        Thread thread = actor.info().thread();
        if (thread == null) {
            return List.of();
        }
        StackTraceElement[] stack = thread.getStackTrace();
        if (!thread.equals(actor.info().thread())) {
            return List.of();
        }
        return Arrays.stream(stack)
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .toList();
    }
}
