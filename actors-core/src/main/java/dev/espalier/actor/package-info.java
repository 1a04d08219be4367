/// Actors as a tree of green threads: every actor has a parent, is handed a `pleaseStop` signal, reads a
/// lock-free mailbox that passes messages by reference, and is stopped after its children.
///
/// {@snippet class="dev.espalier.actor.SnippetsTest" region="system"}
///
/// Start at [ActorSystem][dev.espalier.actor.ActorSystem].
package dev.espalier.actor;
