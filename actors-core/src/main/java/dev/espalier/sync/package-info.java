/// Things to wait for, and what it takes to wait: signals, times, progress, strands and their cancellation.
///
/// Start with [Signal]. This package knows no actors and can be used without them.
package dev.espalier.sync;
