/// Which actor costs what. [dev.espalier.profiling.Profiler] records and makes a
/// [dev.espalier.profiling.Report], and [dev.espalier.profiling.Samples]; [dev.espalier.profiling.Profiling] shows and
/// sets what is counted all
/// the time.
@NullMarked
package dev.espalier.profiling;

import org.jspecify.annotations.NullMarked;
