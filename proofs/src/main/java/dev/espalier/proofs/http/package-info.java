/// Bad input for servers that speak HTTP, in a JVM of its own: [dev.espalier.proofs.http.Siege] is its main class.
@org.jspecify.annotations.NullMarked
package dev.espalier.proofs.http;
