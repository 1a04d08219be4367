package dev.espalier.logging;

/// How much of an event the caller renders before it hands the event over. Whatever is not rendered is read
/// later, by the writer.
public enum Capture {
    /// Immutable arguments (strings, numbers, enums, `java.time`, refs of actors, records of such) are kept and
    /// rendered by the writer, others are rendered at once. The default: the text is that of the moment. Only an
    /// array of one or two arguments that the caller has made itself must not be changed afterwards.
    SAFE,
    /// All arguments are kept. The cheapest; an argument that changes meanwhile is shown as it is later, or
    /// fails to render.
    BY_REFERENCE,
    /// The whole message is rendered at once.
    EAGER
}
