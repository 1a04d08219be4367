/// A text `top` of a system that is observed. Start reading at [dev.espalier.samples.observe.Observe].
@NullMarked
package dev.espalier.samples.observe;

import org.jspecify.annotations.NullMarked;
