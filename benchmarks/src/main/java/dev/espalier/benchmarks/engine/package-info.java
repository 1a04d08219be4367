/// The engines that are compared, behind one small seam, so that every workload is written once and does the same on
/// each: [Engine][dev.espalier.benchmarks.engine.Engine].
///
/// The seam costs each engine about the same: an interface call per message, which is monomorphic because a JVM of a
/// benchmark runs one engine only, and per actor one object that most of its users would have anyway.
@NullMarked
package dev.espalier.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
