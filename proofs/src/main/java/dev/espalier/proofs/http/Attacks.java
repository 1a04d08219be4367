package dev.espalier.proofs.http;

import dev.espalier.proofs.http.Attack.Ending;
import dev.espalier.proofs.http.Attack.Expected;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.SplittableRandom;

/// Makes bad input for one server: attack n of a seed is always the same. Thread-safe.
final class Attacks {
    private static final String GOOD = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    private static final byte[] HELLO_OF_TLS = {0x16, 3, 1, 0, (byte) 200, 1, 0, 0, (byte) 196, 3, 3};

    private final Target.Language language;
    private final long seed;

    Attacks(Target.Language language, long seed) {
        this.language = language;
        this.seed = seed;
    }

    Attack of(long number) {
        long mixed = new SplittableRandom(seed ^ number * 0xBF58476D1CE4E5B9L).nextLong();
        return new One(new Garbage(new SplittableRandom(mixed))).make();
    }

    /// One of them.
    private final class One {
        private final Garbage garbage;

        One(Garbage garbage) {
            this.garbage = garbage;
        }

        Attack make() {
            return switch (garbage.below(11)) {
                case 0 -> line();
                case 1 -> head();
                case 2, 3 -> query();
                case 4 -> path();
                case 5 -> language.guarded().isEmpty() ? body() : token();
                case 6 -> chunks();
                case 7 -> slow();
                case 8 -> several();
                case 9 -> noise();
                default -> body();
            };
        }

        /// What is no request may be answered or not.
        private Attack line() {
            String method = garbage.pick(
                    "GET",
                    "POST",
                    "HEAD",
                    "OPTIONS",
                    "TRACE",
                    "CONNECT",
                    "PUT",
                    "DELETE",
                    "PRI",
                    "get",
                    "",
                    "G ET",
                    "\0",
                    garbage.text(),
                    "M".repeat(5_000));
            String target = garbage.pick(
                    garbage.pick(language.paths()),
                    "*",
                    "/",
                    "//",
                    "?",
                    "#",
                    "\\",
                    "/ /",
                    "localhost:443",
                    "mailto:x",
                    "http://localhost",
                    "http://[::1",
                    "http://localhost:99999/",
                    garbage.text(),
                    garbage.lengthy("/"),
                    "/" + garbage.lengthy("a"));
            String version = garbage.pick(
                    "HTTP/1.1",
                    "HTTP/1.0",
                    "HTTP/2.0",
                    "HTTP/0.9",
                    "HTTP/9",
                    "http/1.1",
                    "HTTP/1.1 x",
                    "",
                    "SIP/2.0",
                    garbage.text());
            String end = garbage.pick("\r\n", "\n", "\r", "\r\r\n", "\0\r\n", "");
            String space = garbage.pick(" ", " ", "  ", "\t", "");
            String text = method + space + target + space + version + end + "Host: localhost\r\n\r\n";
            return attack("line", text, Ending.HALF_CLOSE, Expected.END);
        }

        private Attack head() {
            StringBuilder text = new StringBuilder("POST " + garbage.pick(language.posts()) + " HTTP/1.1\r\n");
            for (int i = garbage.oneIn(20) ? 300 : garbage.below(6); i >= 0; i--) {
                text.append(field()).append(garbage.oneIn(20) ? "\n" : "\r\n");
            }
            text.append("\r\n").append(garbage.oneIn(2) ? garbage.pick(language.bodies()) : "");
            return attack("head", text.toString(), Ending.HALF_CLOSE, Expected.NOT_IMPLEMENTED);
        }

        private String field() {
            return switch (garbage.below(9)) {
                case 0 -> "Content-Length: " + garbage.number();
                case 1 ->
                    "Transfer-Encoding: " + garbage.pick("chunked", "gzip, chunked", "identity", "CHUNKED", "x", "");
                case 2 ->
                    "Host: " + garbage.pick("localhost", "evil.example", "", "[::1", "localhost:x", garbage.text());
                case 3 -> garbage.text();
                case 4 -> garbage.pick("", " ", "\t", "X Y", "\0", "\u00e9") + ": " + garbage.text();
                case 5 -> " " + garbage.text();
                case 6 -> "X-Long: " + garbage.lengthy("x");
                case 7 -> "Expect: " + garbage.pick("100-continue", "200-ok", garbage.text());
                default -> "Connection: " + garbage.pick("close", "keep-alive", "upgrade", garbage.text());
            };
        }

        /// What is a request must be answered; an address that is none may be answered by a close.
        private Attack query() {
            boolean post = !language.posts().isEmpty() && garbage.oneIn(4);
            StringBuilder target = new StringBuilder(garbage.pick(post ? language.posts() : language.paths()));
            target.append('?').append(garbage.oneIn(8) ? "" : "token=" + language.token());
            for (int i = garbage.below(5); i > 0; i--) {
                String word = garbage.pick(language.words());
                String key = garbage.oneIn(5) ? garbage.escaped() : word.substring(0, word.indexOf('='));
                target.append(garbage.pick("&", "&", "&&", ";", "?"))
                        .append(key)
                        .append(garbage.pick("=", "=", "", "=="));
                target.append(
                        switch (garbage.below(6)) {
                            case 0 -> word.substring(word.indexOf('=') + 1);
                            case 1, 2 -> garbage.number().strip();
                            case 3 -> garbage.escaped();
                            case 4 -> garbage.oneIn(4) ? garbage.lengthy("%41") : garbage.broken();
                            default -> "";
                        });
            }
            String text = garbage.pick("GET", "GET", "HEAD", "OPTIONS", "DELETE") + " " + target + GOOD + "\r\n";
            if (post) {
                text = "POST " + target + GOOD + "Content-Length: 0\r\n\r\n";
            }
            return attack("query", text, Ending.READ, expected(target.toString()));
        }

        private static Expected expected(String target) {
            try {
                new URI(target);
                return Expected.ANSWER;
            } catch (URISyntaxException e) {
                return Expected.END;
            }
        }

        /// Ways out of where the server's files are.
        private Attack path() {
            String up = garbage.pick(
                    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "....//", "..;/", ".%00./", "%252e%252e/");
            String file = garbage.pick(
                    "etc/passwd", "module-info.class", "META-INF/MANIFEST.MF", "logback.xml", "index.html");
            String begin = garbage.pick("/", "/", "//", garbage.pick(language.paths()) + "/");
            String target = begin + up.repeat(1 + garbage.below(8)) + file;
            String token = garbage.oneIn(2) ? "" : "?token=" + language.token();
            return attack("path", "GET " + target + token + GOOD + "\r\n", Ending.READ, Expected.REFUSAL);
        }

        /// Ways in for who does not know the token.
        private Attack token() {
            String right = language.token();
            int cut = garbage.below(right.length());
            String wrong = garbage.pick(
                    "",
                    right.substring(0, cut),
                    right.substring(0, cut),
                    right.substring(0, right.length() - 1),
                    right.substring(cut + 1),
                    right + "x",
                    right.toUpperCase(java.util.Locale.ROOT),
                    right.replace('-', '_'),
                    right.substring(0, cut) + "%00",
                    "%00" + right,
                    right + "%00",
                    "null",
                    "%2a",
                    "*",
                    right.substring(0, cut) + "~" + right.substring(cut + 1),
                    right + "," + right,
                    "\"" + right + "\"");
            if (wrong.equals(right)) {
                wrong = "";
            }
            boolean header = garbage.oneIn(2);
            String scheme = garbage.pick("Bearer ", "bearer ", "Basic ", "Bearer", "Token ", "Bearer  ");
            String field = header ? "Authorization: " + scheme + wrong + "\r\n" : "";
            if (scheme.strip().equals("Bearer") && wrong.isEmpty()) {
                field = "";
            }
            String key = garbage.pick("token=", "token=", "token=", "Token=", "token", "token==", "%74oken=");
            String query = header ? "" : key + wrong.replace("\"", "%22") + "&";
            String word = language.words().getFirst();
            String target = garbage.pick(language.guarded()) + "?" + query + word;
            return attack(
                    "token",
                    "POST " + target + GOOD + field + "Content-Length: 0\r\n\r\n",
                    Ending.READ,
                    Expected.REFUSAL);
        }

        /// Framed as it should be; what is in it is not.
        private Attack body() {
            byte[] body = garbage.oneIn(6)
                    ? Garbage.bytesOf(garbage.lengthy(garbage.pick("[", "{\"a\":", " ", "\"", "1")))
                    : garbage.mutated(Garbage.bytesOf(garbage.pick(language.bodies())));
            String head =
                    "POST " + garbage.pick(language.posts()) + GOOD + "Content-Length: " + body.length + "\r\n\r\n";
            // What is left of a long body when the server answers and closes can cost the answer.
            Expected expected = body.length > 32_768 ? Expected.END : Expected.ANSWER;
            return new Attack("body", with(head, body), Ending.READ, expected);
        }

        private Attack chunks() {
            StringBuilder text = new StringBuilder();
            String body = garbage.pick(language.bodies());
            for (int i = garbage.below(5); i >= 0; i--) {
                String size = garbage.oneIn(3) ? Integer.toHexString(body.length()) : garbage.number();
                text.append(garbage.pick(
                        size,
                        size,
                        "-" + size,
                        size + ";x=y",
                        "FFFFFFFFFFFFFFFF",
                        "ffffffff",
                        "7fffffff",
                        garbage.text()));
                text.append(garbage.pick("\r\n", "\r\n", "\n", ""))
                        .append(body)
                        .append(garbage.pick("\r\n", "\r\n", ""));
            }
            text.append(garbage.pick("0\r\n\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\r\n", ""));
            String head = "POST " + garbage.pick(language.posts()) + GOOD + "Transfer-Encoding: chunked\r\n\r\n";
            return attack("chunks", head + text, Ending.HALF_CLOSE, Expected.END);
        }

        /// Who begins and does not go on.
        private Attack slow() {
            String body = garbage.pick(language.bodies());
            String all = "POST " + garbage.pick(language.posts()) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + (body.length() + garbage.below(3)) + "\r\n\r\n" + body;
            Ending ending = garbage.oneIn(10) ? Ending.STAY : garbage.oneIn(2) ? Ending.RESET : Ending.HALF_CLOSE;
            return attack("slow", all.substring(0, 1 + garbage.below(all.length())), ending, Expected.END);
        }

        /// More than one request at once, the first of them good.
        private Attack several() {
            StringBuilder text = new StringBuilder();
            for (int i = garbage.below(20); i >= 0; i--) {
                String path = garbage.pick(language.paths()) + "?token=" + language.token();
                text.append(garbage.pick("GET ", "HEAD ")).append(path).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            if (!language.endless().isEmpty() && garbage.oneIn(3)) {
                text.setLength(0);
                text.append("GET " + language.endless() + "?token=" + language.token() + GOOD + "\r\n");
                return attack("endless", text.toString(), Ending.LEAVE, Expected.BUSY);
            }
            text.append(garbage.oneIn(2) ? garbage.text() : "");
            return attack("several", text.toString(), Ending.HALF_CLOSE, Expected.ANSWER);
        }

        private Attack noise() {
            byte[] bytes = garbage.bytes();
            return new Attack("noise", garbage.oneIn(4) ? HELLO_OF_TLS : bytes, Ending.HALF_CLOSE, Expected.END);
        }

        private Attack attack(String kind, String text, Ending ending, Expected expected) {
            return new Attack(kind, Garbage.bytesOf(text), ending, expected);
        }

        private static byte[] with(String head, byte[] body) {
            byte[] begin = Garbage.bytesOf(head);
            byte[] all = java.util.Arrays.copyOf(begin, begin.length + body.length);
            System.arraycopy(body, 0, all, begin.length, body.length);
            return all;
        }
    }
}
