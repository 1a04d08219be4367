/// A window onto the living tree: [dev.espalier.observer.Observer] serves a page of one system, and the same
/// as JSON.
@NullMarked
package dev.espalier.observer;

import org.jspecify.annotations.NullMarked;
