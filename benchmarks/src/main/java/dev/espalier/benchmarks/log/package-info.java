/// The ways to write a log that are compared.
@NullMarked
package dev.espalier.benchmarks.log;

import org.jspecify.annotations.NullMarked;
