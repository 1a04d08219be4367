package dev.espalier.profiling;

import dev.espalier.actor.ActorSystem;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;

/// Listens to the Flight Recorder for green threads that wait without leaving their carrier, and tells whose they are.
final class PinnedWatch implements AutoCloseable {
    private final ActorSystem system;
    private final Consumer<Trouble> tell;
    private final Marks marks = Marks.take();
    private final RecordingStream stream;
    private final AtomicBoolean closed = new AtomicBoolean();

    PinnedWatch(ActorSystem system, Duration limit, Consumer<Trouble> tell) {
        this.system = system;
        this.tell = tell;
        Tree tree = Trees.of(system);
        if (tree != null) {
            marks.mark(tree);
        }
        Sampling.deepen();
        stream = new RecordingStream();
        stream.enable("jdk.VirtualThreadPinned").withThreshold(limit).withStackTrace();
        stream.onEvent("jdk.VirtualThreadPinned", this::pinned);
        stream.startAsync();
    }

    private void pinned(RecordedEvent event) {
        RecordedStackTrace trace = event.getStackTrace();
        List<RecordedFrame> frames = trace == null ? List.of() : trace.getFrames();
        Marks.Found found = Marks.find(frames);
        boolean cut = trace == null || (trace.isTruncated() && found.end() == frames.size());
        String path = pathOf(marks.of(found, cut), event.getThread());
        if (path != null) {
            List<String> stack = frames.stream()
                    .filter(frame -> frame.getMethod() != null)
                    .map(frame -> frame.getMethod().getType().getName() + "."
                            + frame.getMethod().getName() + ":" + frame.getLineNumber())
                    .toList();
            String text = "held its carrier for " + event.getDuration().toMillis() + " ms while it waited: "
                    + event.getString("pinnedReason");
            tell.accept(new Trouble(Trouble.Kind.PINNED, event.getEndTime(), path, text, stack));
        }
    }

    /// Null if it is no actor of this system.
    private @Nullable String pathOf(Marks.@Nullable Mark mark, @Nullable RecordedThread thread) {
        String path = mark != null ? mark.path : thread == null ? null : thread.getJavaName();
        return path != null && (path + "/").startsWith("/" + system.name() + "/") ? path : null;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            stream.close();
            marks.giveBack();
        }
    }
}
