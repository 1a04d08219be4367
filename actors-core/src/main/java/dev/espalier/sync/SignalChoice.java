package dev.espalier.sync;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// That a signal goes.
final class SignalChoice<R> extends Choice<R> {
    private final Signal signal;
    private final Supplier<R> then;

    SignalChoice(Signal signal, Supplier<R> then) {
        this.signal = signal;
        this.then = then;
    }

    private static final class Listening implements Standing, Runnable {
        private final Wait wait;
        private @Nullable Registration registration;

        Listening(Wait wait) {
            this.wait = wait;
        }

        @Override
        public void run() {
            if (wait.claim(this) && wait.isAsleep()) {
                wait.wake();
            }
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // the same, not an equal one
        public boolean is(Object winner) {
            return winner == this;
        }

        @Override
        public void end() {
            if (registration != null) {
                registration.remove();
            }
        }
    }

    @Override
    @Nullable
    Guard guard() {
        return null;
    }

    @Override
    @Nullable
    Supplier<R> now() {
        return signal.isGo() ? then : null;
    }

    @Override
    Standing join(Wait wait) {
        var listening = new Listening(wait);
        listening.registration = signal.onGo(listening);
        return listening;
    }

    @Override
    Supplier<R> granted(Object winner) {
        return then;
    }
}
