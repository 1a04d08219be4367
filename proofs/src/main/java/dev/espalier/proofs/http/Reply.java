package dev.espalier.proofs.http;

import java.nio.charset.StandardCharsets;

/// What came back.
///
/// @param status HTTP's; 0 if the connection was closed without an answer
/// @param ended false if nothing came for too long
/// @param text the answer, or its beginning
public record Reply(int status, boolean ended, String text) {
    private static final int LINE = "HTTP/1.1 200".length();

    static Reply of(byte[] bytes, boolean ended) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean answered = text.length() >= LINE && text.startsWith("HTTP/1.");
        return new Reply(answered ? Integer.parseInt(text.substring(LINE - 3, LINE)) : 0, ended, text);
    }

    /// A field of the head; empty if there is none.
    public String header(String name) {
        return text.lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /// What is wrong with it; empty if nothing is.
    String wrong(Attack attack) {
        if (!ended) {
            return "neither answered nor closed";
        }
        if (status >= 400 && text.contains("dev.espalier.")) {
            return "an error that tells of our inside";
        }
        boolean right = switch (attack.expected()) {
            case ANSWER -> status >= 100 && status < 500;
            case REFUSAL -> status >= 400 && status < 500;
            case END -> status < 500;
            case NOT_IMPLEMENTED -> status < 500 || status == 501;
            case BUSY ->
                (status >= 100 && status < 500)
                        || (status == 503 && !header("Retry-After").isEmpty());
        };
        return right ? "" : status == 0 ? "closed without an answer" : "answered by " + status;
    }
}
