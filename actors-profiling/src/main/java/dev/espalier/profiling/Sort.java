package dev.espalier.profiling;

import java.util.Comparator;

/// What the rows of a [Report] are sorted by: the most first, rows alike by name.
public enum Sort {
    /// By name, alphabetically.
    NAME,
    /// By the number of messages.
    CALLS,
    /// By the number of failures.
    FAILED,
    /// By own time.
    OWN,
    /// By the own time of one message on average.
    OWN_PER_CALL,
    /// By cumulative time.
    CUMULATIVE,
    /// By the time of one message on average.
    PER_CALL,
    /// By the median time of one message.
    P50,
    /// By the time that one message of a hundred exceeds.
    P99,
    /// By the median wait in the mailbox.
    WAIT_P50,
    /// By the wait in the mailbox that one message of a hundred exceeds.
    WAIT_P99,
    /// By processor time.
    CPU;

    Comparator<Row> order() {
        Comparator<Row> byName = Comparator.comparing(Row::name);
        return switch (this) {
            case NAME -> byName;
            case CALLS -> Comparator.comparingLong(Row::calls).reversed().thenComparing(byName);
            case FAILED -> Comparator.comparingLong(Row::failed).reversed().thenComparing(byName);
            case OWN -> Comparator.comparing(Row::own).reversed().thenComparing(byName);
            case OWN_PER_CALL ->
                Comparator.comparing(Row::ownPerCall).reversed().thenComparing(byName);
            case CUMULATIVE -> Comparator.comparing(Row::cumulative).reversed().thenComparing(byName);
            case PER_CALL -> Comparator.comparing(Row::perCall).reversed().thenComparing(byName);
            case P50 -> Comparator.comparing(Row::p50).reversed().thenComparing(byName);
            case CPU -> Comparator.comparing(Row::cpu).reversed().thenComparing(byName);
            case P99 -> Comparator.comparing(Row::p99).reversed().thenComparing(byName);
            case WAIT_P50 -> Comparator.comparing(Row::waitP50).reversed().thenComparing(byName);
            case WAIT_P99 -> Comparator.comparing(Row::waitP99).reversed().thenComparing(byName);
        };
    }
}
