package dev.espalier.proofs.http;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Random texts of the kind that readers have stumbled over, as bytes in Latin 1. Confined.
final class Garbage {
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-1",
            "+1",
            "1",
            "007",
            "1.5",
            "1e9",
            "0x10",
            "NaN",
            "",
            " ",
            "1_000",
            "2147483648",
            "-2147483649",
            "9223372036854775808",
            "99999999999999999999999999",
            "1;",
            "1,1",
            "one",
            "\u0661");
    private static final List<String> ESCAPES = List.of(
            "%00",
            "%0a",
            "%0d%0a",
            "%20",
            "%25",
            "%2e",
            "%2f",
            "%5c",
            "%ff",
            "%c0%af",
            "%c0%ae",
            "%ed%a0%80",
            "%f4%90%80%80",
            "%e2%80%a8",
            "%3d",
            "%26",
            "%22",
            "%3c",
            "%7f",
            "%252e",
            "+");
    private static final List<String> BROKEN = List.of("%", "%z", "%zz", "%u0041", "%1", "%-1", "%%");
    private static final String MARKS = "\0\t\u000b\u001b !\"#$&'()*,:;<=>?@[\\]^`{|}~\u007f\u0080\u00a0\u00e9\u00ff";

    private final SplittableRandom random;

    Garbage(SplittableRandom random) {
        this.random = random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int many) {
        return below(many) == 0;
    }

    <T> T pick(List<T> all) {
        return all.get(below(all.size()));
    }

    String pick(String... all) {
        return all[below(all.length)];
    }

    String number() {
        return pick(NUMBERS);
    }

    /// Something that may stand in an address.
    String escaped() {
        StringBuilder text = new StringBuilder();
        for (int i = below(6); i >= 0; i--) {
            text.append(oneIn(3) ? "abc/..".substring(0, below(7)) : pick(ESCAPES));
        }
        return text.toString();
    }

    /// Something that may not.
    String broken() {
        return escaped() + pick(BROKEN) + escaped();
    }

    /// Anything but the end of a line.
    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = below(12); i > 0; i--) {
            text.append(
                    switch (below(4)) {
                        case 0 -> String.valueOf(MARKS.charAt(below(MARKS.length())));
                        case 1 -> number();
                        case 2 -> pick(ESCAPES);
                        default -> String.valueOf((char) ('a' + below(26)));
                    });
        }
        return text.toString();
    }

    /// As long as 2 to 128 KiB.
    String lengthy(String of) {
        return of.repeat((2_048 << below(7)) / of.length());
    }

    byte[] bytes() {
        byte[] all = new byte[1 + below(600)];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) below(256);
        }
        return all;
    }

    /// The same with some mistakes.
    byte[] mutated(byte[] original) {
        byte[] now = original;
        for (int i = 1 + below(4); i > 0 && now.length > 0; i--) {
            int at = below(now.length);
            now = switch (below(5)) {
                case 0 -> flipped(now, at);
                case 1 -> Arrays.copyOf(now, at);
                case 2 -> joined(now, at, now, Math.max(0, at - below(20)));
                case 3 -> joined(now, at, now, Math.min(now.length, at + 1 + below(8)));
                default -> joined(joined(now, at, bytesOf(text()), 0), now, at);
            };
        }
        return now;
    }

    private byte[] flipped(byte[] of, int at) {
        byte[] copy = of.clone();
        copy[at] ^= (byte) (1 << below(8));
        return copy;
    }

    /// The beginning of one and the end of another.
    private static byte[] joined(byte[] begin, int until, byte[] end, int from) {
        byte[] all = Arrays.copyOf(begin, until + end.length - from);
        System.arraycopy(end, from, all, until, end.length - from);
        return all;
    }

    private static byte[] joined(byte[] begin, byte[] end, int from) {
        return joined(begin, begin.length, end, from);
    }

    static byte[] bytesOf(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
