package dev.espalier.logging;

/// Some events as lines, which are posted together.
///
/// @param id the same as long as it lives, in every process; ids sort by age
/// @param events how many lines it has
/// @param body the lines; nobody changes it
@SuppressWarnings("ArrayRecordComponent") // batches are not compared
record Batch(String id, int events, byte[] body) {}
