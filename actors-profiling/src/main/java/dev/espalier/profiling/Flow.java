package dev.espalier.profiling;

/// Who has sent how much to whom: the callers and callees of a [Report]. Immutable.
///
/// @param from the sender's path or class; `(outside)` if no actor has sent it, `(others)` for senders beyond those
///     that are told apart, 16 for each receiver and 16 groups of siblings
/// @param to the receiver's path or class
/// @param messages how many; if one of n was sampled, n for each sample
public record Flow(String from, String to, long messages) {
    /// One figure of the whole.
    record Line(String path, Key key, long messages) {
        String from(By by) {
            return by == By.PATH ? key.from : key.fromCode;
        }

        String to(By by) {
            return by == By.PATH ? path : key.toCode;
        }
    }

    /// @param from the sender's path
    /// @param fromCode its class
    /// @param toCode the receiver's class
    record Key(String from, String fromCode, String toCode) {}
}
