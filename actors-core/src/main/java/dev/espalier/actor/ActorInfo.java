package dev.espalier.actor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A snapshot of one actor.
///
/// @param path its path
/// @param state where it stands
/// @param incarnation 1 at first, one more with every restart
/// @param ledger what became of its messages
/// @param activity what it is doing, in words
/// @param children its living children, newest first
/// @param thread the thread of a body, or the one that runs code of a behavior at this moment; null if there
///     is none
public record ActorInfo(
        String path,
        ActorState state,
        int incarnation,
        Ledger ledger,
        String activity,
        List<ActorRef<?>> children,
        @Nullable Thread thread) {}
