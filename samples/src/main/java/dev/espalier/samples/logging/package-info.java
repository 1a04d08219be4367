/// The same busy program with four ways to write its log.
@NullMarked
package dev.espalier.samples.logging;

import org.jspecify.annotations.NullMarked;
