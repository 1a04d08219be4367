package dev.espalier.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.stream.Stream;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// The events that wait for the sinks: those in the queue, and those of the engine that found it full.
///
/// *Problem.* The engine logs on whatever thread something happens on: crash reports, whom a stop waits for, full
/// mailboxes; on the timer of the JVM, on sentinels, on workers between two turns. If one of these waited for room,
/// a slow sink would hold up all timers, or the actors of others.
///
/// *Idea.* Such an event goes into a lane of its own, of [#LANE] places, which nobody waits for: if that is full,
/// too, standard error has the event, and it is counted as [Fate#STUCK]. In the lane stands with it how far the
/// queue had been filled. It is taken when everything before that point has been.
///
/// 1. *Order.* Events of one thread come out in the order in which it put them in: what it had put into the queue
///    before is before the point, what it puts in later is behind it.
/// 2. *Nobody waits for nothing.* A point is never beyond what the queue has been filled to, so when the queue is empty
///    the lane is not held back.
/// 3. *Marks.* When the queue has been taken up to [Mark#queue] and the lane up to [Mark#lane], all that was in
///    before the mark was made has been taken. One sum of both would not do: the lane may get events with an earlier
///    point after the mark. The lane's is read first, so no point in it is beyond the queue's.
///
/// *Not guaranteed:* once the log is closed nobody takes any more but those who log, and the engine writes its events
/// itself, as all do.
///
/// *Threads.* Any puts in, one at a time takes: the holder of the [Turn], or who holds the lock of the [Rescue] when
/// the turn is lost. *Memory.* 4 bytes per place; no event is copied.
final class Backlog {
    /// Places for events of the engine.
    static final int LANE = 1_024;

    private static final String[] ENGINE = {
        "dev.espalier.actor", "dev.espalier.sync", "dev.espalier.profiling", "dev.espalier.observer"
    };

    /// An event of the engine.
    ///
    /// @param after how many events the queue had been given when it was put in
    private record Engines(ActorEvent event, long after) {}

    /// How much had been put in, or taken, at a moment.
    ///
    /// @param lane events of the lane
    /// @param queue events of the queue
    record Mark(long lane, long queue) {}

    private final MpscVarHandleArrayQueue<ActorEvent> queue;
    private final MpscVarHandleArrayQueue<Engines> lane = new MpscVarHandleArrayQueue<>(LANE);

    /// @param queue empty
    Backlog(MpscVarHandleArrayQueue<ActorEvent> queue) {
        this.queue = queue;
    }

    /// Whether the engine logs it, or another part of this library.
    static boolean isOfTheEngine(ILoggingEvent event) {
        String logger = event.getLoggerName();
        return Stream.of(ENGINE)
                .anyMatch(name -> logger.startsWith(name)
                        && (logger.length() == name.length() || logger.charAt(name.length()) == '.'));
    }

    // Callers.

    /// Puts an event into the queue.
    ///
    /// @return false if that is full
    boolean offer(ActorEvent event) {
        return queue.offer(event);
    }

    /// Puts an event of the engine into the lane, when the queue is full.
    ///
    /// @return false if the lane is, too
    boolean offerAside(ActorEvent event) {
        return lane.offer(new Engines(event, queue.currentProducerIndex()));
    }

    // Who takes.

    /// The next one; null if there is none.
    @Nullable
    ActorEvent poll() {
        Engines first = lane.peek();
        if (first != null && queue.currentConsumerIndex() >= first.after) {
            lane.poll();
            return first.event;
        }
        return queue.poll();
    }

    /// Whether the next one is of the lane.
    boolean isAsideNext() {
        Engines first = lane.peek();
        return first != null && queue.currentConsumerIndex() >= first.after;
    }

    // All.

    boolean isEmpty() {
        return queue.isEmpty() && lane.isEmpty();
    }

    /// How much has ever been put in.
    Mark offered() {
        long aside = lane.currentProducerIndex();
        return new Mark(aside, queue.currentProducerIndex());
    }

    /// How many events of the queue have been taken.
    long taken() {
        return queue.currentConsumerIndex();
    }

    /// How many events of the lane have been taken.
    long takenAside() {
        return lane.currentConsumerIndex();
    }
}
