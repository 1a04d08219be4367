/// An order desk as one tree of actors: HTTP in front, a real database behind, and a stop that loses nothing.
///
/// ```
/// /backend
///   db          reads; opened first, closed last
///   writer      writes: one transaction per batch
///   pricing     asks `downstream`, which fails now and then and is restarted
///   customers   one child per customer, made on demand, leaves when idle
///   http        the server: started last, stopped first
/// ```
///
/// Start at [Backend][dev.espalier.samples.backend.Backend].
@NullMarked
package dev.espalier.samples.backend;

import org.jspecify.annotations.NullMarked;
