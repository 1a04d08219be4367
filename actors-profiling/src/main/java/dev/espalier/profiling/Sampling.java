package dev.espalier.profiling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import javax.management.JMException;
import javax.management.ObjectName;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the Flight Recorder take samples of all threads while [Marks] writes into the stacks whose they are.
///
/// Processor time is by `jdk.CPUTimeSample` on Linux: one sample for each 10 ms, or another period, that a thread has
/// computed. Elsewhere it is by `jdk.ExecutionSample`, which looks at some threads that run every 10 ms.
final class Sampling implements AutoCloseable {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final int DEPTH = 256;
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.profiling");

    private final Duration period;
    private final Recording recording;
    private final Marks marks;

    Sampling(Duration period) {
        this.period = period;
        deepen();
        recording = new Recording();
        try {
            begin();
        } catch (RuntimeException e) {
            recording.close();
            throw e;
        }
        marks = Marks.take();
    }

    private void begin() {
        recording.setName("samples");
        boolean linux =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
        if (linux) {
            recording.enable("jdk.CPUTimeSample").with("throttle", period.toMillis() + " ms");
        } else {
            recording.enable("jdk.ExecutionSample").withPeriod(period);
        }
        recording.enable("jdk.ObjectAllocationSample").with("throttle", "150/s").withStackTrace();
        recording.enable("jdk.JavaMonitorEnter").withThreshold(SHORTEST).withStackTrace();
        recording.enable("jdk.VirtualThreadPinned").withThreshold(SHORTEST).withStackTrace();
        recording.start();
    }

    /// The numbers are at the outer end of the stacks: they should not be cut off. That can only be set before the
    /// Flight Recorder begins.
    static void deepen() {
        if (FlightRecorder.isInitialized()) {
            return;
        }
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "jfrConfigure",
                            new Object[] {new String[] {"stackdepth=" + DEPTH}},
                            new String[] {String[].class.getName()});
        } catch (JMException | RuntimeException e) {
            LOG.debug("Samples of deep stacks will be cut off", e);
        }
    }

    void mark(Tree tree) {
        marks.mark(tree);
    }

    void forget(Tree tree) {
        marks.forget(tree);
    }

    /// What was sampled so far.
    ///
    /// @param codeOf tells the class of the code of the actor with a path
    Samples read(UnaryOperator<String> codeOf) {
        try {
            Path file = Files.createTempFile("espalier-samples", ".jfr");
            try {
                recording.dump(file);
                return new SampleReader(marks, period, codeOf).read(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        recording.close();
        marks.giveBack();
    }
}
