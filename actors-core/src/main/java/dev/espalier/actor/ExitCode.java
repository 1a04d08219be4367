package dev.espalier.actor;

/// The exit codes of a process whose stop a system has led.
public final class ExitCode {
    /// Everything stopped; no failure reached the root.
    public static final int OK = 0;
    /// A failure reached the root.
    public static final int FAILED = 1;
    /// An actor was abandoned.
    public static final int ABANDONED = 2;
    /// The budget was over and something outside the tree still held up the end: the watchdog halted the JVM.
    public static final int WATCHDOG = 124;
    /// A second signal came while the first was handled: this plus the number of the signal.
    public static final int SIGNAL_BASE = 128;

    private ExitCode() {}
}
