package dev.espalier.observer;

/// What changed in one second, ready to be sent to any number of clients. Immutable.
///
/// @param number 1 for the first
/// @param changes what is new since the frame before, an event of a stream
/// @param last whether none will follow
@SuppressWarnings("ArrayRecordComponent") // never compared
record Frame(long number, byte[] changes, boolean last) {
    static final Frame NONE = new Frame(0, new byte[0], false);
}
