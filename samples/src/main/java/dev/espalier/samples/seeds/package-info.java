/// The programs of the documents that Espalier comes from, on Espalier. Each checks itself.
///
/// The guide `docs/guide/from-the-seeds.md` has all their names.
@NullMarked
package dev.espalier.samples.seeds;

import org.jspecify.annotations.NullMarked;
