package dev.espalier.sync;

import java.util.Objects;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/// Operations of the primitives that do not wait; each class makes one object and works on it.
public final class Histories {
    private Histories() {}

    /// A box for one value.
    public static class Box {
        private final MVar<Integer> box = new MVar<>();

        @Operation
        public boolean put(@Param(gen = IntGen.class, conf = "1:3") int value) {
            return box.tryPut(value);
        }

        @Operation
        public String take() {
            return box.tryTake().toString();
        }

        @Operation
        public String read() {
            return box.tryRead().toString();
        }
    }

    /// A channel of two places.
    public static class Pipe {
        private final Channel<Integer> channel = Channel.bounded(2);

        @Operation
        public String send(@Param(gen = IntGen.class, conf = "1:3") int value) {
            try {
                return Objects.toString(channel.trySend(value));
            } catch (ClosedException e) {
                return "closed";
            }
        }

        @Operation
        public String receive() {
            return channel.tryReceive().toString();
        }

        @Operation
        public boolean close() {
            return channel.close();
        }

        @Operation
        public boolean isEnded() {
            return channel.isEnded();
        }
    }

    /// A queue of two places that counts what is left to do.
    public static class Items {
        private final Queue<Integer> queue = Queue.bounded(2);

        @Operation
        public String add(@Param(gen = IntGen.class, conf = "1:3") int item) {
            try {
                return Boolean.toString(queue.tryAdd(item));
            } catch (ClosedException e) {
                return "closed";
            }
        }

        @Operation
        public String pop() {
            return queue.tryPop().toString();
        }

        @Operation
        public String popAll() {
            return queue.popAll().toString();
        }

        @Operation
        public String done() {
            try {
                queue.taskDone();
                return "done";
            } catch (IllegalStateException e) {
                return "nothing to do";
            }
        }

        @Operation
        public long openTasks() {
            return queue.openTasks();
        }

        @Operation
        public boolean close() {
            return queue.close();
        }

        @Operation
        public boolean isEnded() {
            return queue.isEnded();
        }
    }

    /// Units.
    public static class Units {
        private final Semaphore units = new Semaphore(2);

        @Operation
        public boolean acquireOne() {
            return units.tryAcquire(1);
        }

        @Operation
        public boolean acquireTwo() {
            return units.tryAcquire(2);
        }

        @Operation
        public void release() {
            units.release();
        }

        @Operation
        public long available() {
            return units.available();
        }
    }

    /// A look, and then the write.
    public static class UnitsTwin {
        private volatile long units = 2;

        @Operation
        @SuppressWarnings("NonAtomicVolatileUpdate") // that is the mistake
        public boolean acquireOne() {
            if (units < 1) {
                return false;
            }
            units = units - 1;
            return true;
        }

        @Operation
        public long available() {
            return units;
        }
    }

    /// Who comes to a signal while it goes.
    public static class Listeners {
        private final Signal signal = new Signal();

        @Operation
        public boolean go() {
            return signal.go();
        }

        @Operation
        public boolean isGo() {
            return signal.isGo();
        }

        /// Whether it ran at once.
        @Operation
        public boolean listen() {
            long self = Thread.currentThread().threadId();
            var here = new boolean[2];
            signal.onGo(() -> here[0] = Thread.currentThread().threadId() == self && !here[1]);
            here[1] = true;
            return here[0];
        }
    }
}
