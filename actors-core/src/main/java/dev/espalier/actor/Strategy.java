package dev.espalier.actor;

/// Which living children a parent restarts when one of them must be. Members of a restart that are temporary are
/// stopped instead; children that had ended before are not started again.
public enum Strategy {
    /// That one alone. The default.
    ONE_FOR_ONE,
    /// All: stopped in reverse start order, then started in order.
    ONE_FOR_ALL,
    /// That one and those started after it: stopped in reverse start order, then started in order.
    REST_FOR_ONE
}
