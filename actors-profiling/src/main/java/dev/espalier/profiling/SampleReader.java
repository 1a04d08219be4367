package dev.espalier.profiling;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/// Reads the samples of a file of the Flight Recorder, and tells whose they are: by the number in the stack, else by
/// the name of the thread, which is the path for bodies and dedicated behaviors. Confined.
final class SampleReader {
    private static final String SCHEDULER = "(scheduler)";
    private static final String TOO_DEEP = "(too deep)";

    private final Marks marks;
    private final Duration period;
    private final UnaryOperator<String> codeOf;
    private final Map<Samples.Stack, Long> weights = new HashMap<>();
    private final Map<String, String> methods = new HashMap<>();

    /// @param period what a sample stands for that does not say so itself
    /// @param codeOf tells the class of the code of the actor with a path
    SampleReader(Marks marks, Duration period, UnaryOperator<String> codeOf) {
        this.marks = marks;
        this.period = period;
        this.codeOf = codeOf;
    }

    Samples read(Path file) throws IOException {
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                read(events.readEvent());
            }
        }
        return new Samples(weights);
    }

    private void read(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.CPUTimeSample" ->
                add(
                        Samples.Kind.CPU,
                        event,
                        event.getThread(),
                        event.getDuration("samplingPeriod").toNanos());
            case "jdk.ExecutionSample" ->
                add(Samples.Kind.CPU, event, event.getThread("sampledThread"), period.toNanos());
            case "jdk.ObjectAllocationSample" ->
                add(Samples.Kind.ALLOCATION, event, event.getThread(), event.getLong("weight"));
            case "jdk.JavaMonitorEnter" ->
                add(
                        Samples.Kind.LOCK,
                        event,
                        event.getThread(),
                        event.getDuration().toNanos());
            case "jdk.VirtualThreadPinned" ->
                add(
                        Samples.Kind.PINNED,
                        event,
                        event.getThread(),
                        event.getDuration().toNanos());
            default -> {
                // Somebody else's.
            }
        }
    }

    private void add(Samples.Kind kind, RecordedEvent event, @Nullable RecordedThread thread, long weight) {
        RecordedStackTrace trace = event.getStackTrace();
        if (weight <= 0) {
            return;
        }
        List<RecordedFrame> frames = trace == null ? List.of() : trace.getFrames();
        boolean cut = trace == null || trace.isTruncated();
        weights.merge(stackOf(kind, frames, cut, thread), weight, Long::sum);
    }

    private Samples.Stack stackOf(
            Samples.Kind kind, List<RecordedFrame> frames, boolean cut, @Nullable RecordedThread thread) {
        Marks.Found found = Marks.find(frames);
        Marks.Mark mark = marks.of(found, cut && found.end() == frames.size());
        List<String> names = names(frames.subList(0, found.frames()), this::nameOf);
        if (mark != null) {
            return new Samples.Stack(kind, mark.path, mark.code(), names);
        }
        String name = thread == null || thread.getJavaName() == null ? "" : thread.getJavaName();
        if (name.startsWith("/")) {
            return new Samples.Stack(kind, name, codeOf.apply(name), names);
        }
        String whose = !isWorker(name) ? Senders.OUTSIDE : cut ? TOO_DEEP : SCHEDULER;
        return new Samples.Stack(kind, whose, whose, names);
    }

    /// Whether a thread of that name runs turns of many actors, and now none of them for long.
    static boolean isWorker(String name) {
        return name.startsWith("espalier-") && name.contains("worker-");
    }

    /// The same string for the same method: there are many samples of few methods.
    private String nameOf(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        String name = method == null ? "?" : method.getType().getName() + "." + method.getName();
        return methods.computeIfAbsent(name, same -> same);
    }

    /// The outermost first, without what every actor has in its stack.
    ///
    /// @param frames the innermost first
    static <T> List<String> names(List<T> frames, Function<T, String> nameOf) {
        List<String> names = new ArrayList<>(frames.size());
        for (T frame : frames) {
            names.add(nameOf.apply(frame));
        }
        Collections.reverse(names);
        int first = 0;
        while (first < names.size() - 1 && isEngine(names.get(first))) {
            first++;
        }
        return List.copyOf(names.subList(first, names.size()));
    }

    private static boolean isEngine(String name) {
        return name.startsWith("dev.espalier.actor.")
                || name.startsWith("dev.espalier.sync.")
                || name.startsWith("java.lang.VirtualThread")
                || name.startsWith("java.lang.Thread.run")
                || name.startsWith("jdk.internal.vm.Continuation.");
    }
}
