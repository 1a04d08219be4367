package dev.espalier.proofs.http;

import java.util.List;

/// A server under attack, and what is behind it. What it says of itself is read by one thread.
public interface Target {
    /// What it understands; generators make bad input of it.
    ///
    /// @param paths that it answers by a GET
    /// @param posts that it answers by a POST; what they do changes nothing that [#wrong] looks at
    /// @param guarded that change something, for who knows the token
    /// @param words keys of queries, with a good value each: `key=value`; the first makes what is guarded do
    /// something
    /// @param token what a client must know; empty if it need not
    /// @param bodies good ones for a POST
    /// @param endless a path whose answer does not end; empty if there is none
    record Language(
            List<String> paths,
            List<String> posts,
            List<String> guarded,
            List<String> words,
            String token,
            List<String> bodies,
            String endless) {}

    /// Where it listens, on the loopback interface.
    int port();

    /// What it understands.
    Language language();

    /// A client got this, or left without looking if the status is 0; any thread.
    default void answered(Reply reply) {}

    /// Goes through what is behind the server: every actor is asked, the ledger is added up.
    ///
    /// @return what is not as it was before the attacks, or not as it must be
    List<String> wrong() throws Exception;

    /// Stops in order.
    ///
    /// @return what was wrong with that
    List<String> stop() throws Exception;
}
