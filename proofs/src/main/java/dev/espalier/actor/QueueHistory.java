package dev.espalier.actor;

import java.util.Objects;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/// Senders, the reader and the closer of one mailbox of two places.
public class QueueHistory {
    private final Mailbox mailbox = new Mailbox(MailboxSpec.bounded(2, Overflow.FAIL));

    @Operation
    public String offer(@Param(gen = IntGen.class, conf = "1:3") int message) {
        return mailbox.offer(message, false).name();
    }

    @Operation(nonParallelGroup = "reader")
    public String poll() {
        return Objects.toString(mailbox.poll());
    }

    @Operation(nonParallelGroup = "reader")
    public boolean closeIfEmpty() {
        return mailbox.closeIfEmpty();
    }

    /// By the reader, as in the engine, unless its thread was given up: against another's close, `closeIfEmpty` may say
    /// that it is open.
    @Operation(nonParallelGroup = "reader")
    public void close() {
        mailbox.close();
    }

    @Operation
    public boolean isClosed() {
        return mailbox.isClosed();
    }

    /// Each of these has one mistake, see [WeakQueue].
    public abstract static class Twin {
        private final WeakQueue queue;

        Twin(WeakQueue.Mistake mistake) {
            queue = new WeakQueue(mistake);
        }

        @Operation
        public boolean offer(@Param(gen = IntGen.class, conf = "1:3") int message) {
            return queue.push(message);
        }

        @Operation(nonParallelGroup = "reader")
        public String poll() {
            return Objects.toString(queue.take());
        }

        @Operation
        public void close() {
            queue.seal();
        }
    }

    /// Push without CAS.
    public static class TwinPush extends Twin {
        public TwinPush() {
            super(WeakQueue.Mistake.PUSH_WITHOUT_CAS);
        }
    }

    /// The head is read twice.
    public static class TwinTake extends Twin {
        public TwinTake() {
            super(WeakQueue.Mistake.HEAD_READ_TWICE);
        }
    }
}
