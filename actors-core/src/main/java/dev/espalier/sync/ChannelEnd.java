package dev.espalier.sync;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One receiving end of a [Channel]: its values and who waits for them. With the guard of its hub.
///
/// *Invariant.* If somebody waits here, `values` is empty.
final class ChannelEnd<T> {
    final ArrayDeque<T> values = new ArrayDeque<>(0);
    final Line receivers;
    boolean left;

    ChannelEnd(Guard guard, @Nullable Spin spin) {
        receivers = new Line(guard, spin);
    }
}
