package dev.espalier.benchmarks.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import org.openjdk.jmh.annotations.CompilerControl;

/// Forgets events. The compiler must not see that, else it would not make them.
final class Nothing extends UnsynchronizedAppenderBase<ILoggingEvent> {
    @Override
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    protected void append(ILoggingEvent event) {}
}
