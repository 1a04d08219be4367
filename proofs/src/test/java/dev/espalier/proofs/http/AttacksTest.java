package dev.espalier.proofs.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.proofs.http.Attack.Ending;
import dev.espalier.proofs.http.Attack.Expected;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The generator and the judge; what they show is shown by `proofs/run http`.
class AttacksTest {
    private static final String TOKEN = "the-Token";
    private static final Target.Language LANGUAGE = new Target.Language(
            List.of("/a"), List.of("/b"), List.of("/c"), List.of("k=v"), TOKEN, List.of("{\"x\":1}"), "/endless");

    @Test
    void shouldMakeTheSameAttackAgainOnlyWhenTheSeedIsTheSame() {
        int same = 0;
        for (int n = 0; n < 500; n++) {
            Attack attack = new Attacks(LANGUAGE, 7).of(n);
            Attack again = new Attacks(LANGUAGE, 7).of(n);
            assertArrayEquals(attack.bytes(), again.bytes());
            assertEquals(attack.shown() + attack.ending(), again.shown() + again.ending());
            same += attack.shown().equals(new Attacks(LANGUAGE, 8).of(n).shown()) ? 1 : 0;
        }
        assertTrue(same < 50, same + " of 500 are the same with another seed");
    }

    @Test
    void shouldMakeAttacksOfEveryKind() {
        Set<String> kinds = new TreeSet<>();
        for (int n = 0; n < 2_000; n++) {
            kinds.add(new Attacks(LANGUAGE, 1).of(n).kind());
        }
        assertEquals(
                Set.of(
                        "line", "head", "query", "path", "token", "chunks", "slow", "several", "endless", "noise",
                        "body"),
                kinds);
    }

    @Test
    void shouldNeverGiveTheTokenToWhatItGuards() {
        for (int n = 0; n < 5_000; n++) {
            String text = new String(new Attacks(LANGUAGE, 3).of(n).bytes(), StandardCharsets.ISO_8859_1);
            if (text.startsWith("POST /c")) {
                assertFalse(text.contains("token=" + TOKEN + "&") || text.contains("Bearer " + TOKEN + "\r"), text);
            }
        }
    }

    private static String judged(Expected expected, String answer) {
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        return Reply.of(bytes, true).wrong(new Attack("k", new byte[0], Ending.READ, expected));
    }

    private static String status(int status) {
        return "HTTP/1.1 " + status + " x\r\n\r\n";
    }

    @Test
    void shouldTellWhatIsWrongWithAnAnswer() {
        for (Expected expected : Expected.values()) {
            assertEquals("answered by 500", judged(expected, status(500)), expected.name());
            assertEquals("", judged(expected, status(404)), expected.name());
        }
        assertEquals("", judged(Expected.ANSWER, status(200)));
        assertEquals("answered by 200", judged(Expected.REFUSAL, status(200)));
        assertEquals("closed without an answer", judged(Expected.ANSWER, ""));
        assertEquals("closed without an answer", judged(Expected.REFUSAL, "HTTP/1.1"));
        assertEquals("", judged(Expected.END, ""));
        assertEquals("answered by 501", judged(Expected.END, status(501)));
        assertEquals("", judged(Expected.NOT_IMPLEMENTED, status(501)));
        assertEquals("answered by 503", judged(Expected.BUSY, status(503)));
        assertEquals("", judged(Expected.BUSY, "HTTP/1.1 503 x\r\nRetry-after: 10\r\n\r\n"));
        assertEquals(
                "an error that tells of our inside",
                judged(Expected.END, status(400) + "dev.espalier.actor.Cell failed"));
    }

    @Test
    void shouldTellThatNothingCame() {
        Attack attack = new Attack("k", new byte[0], Ending.READ, Expected.END);
        assertEquals("neither answered nor closed", Reply.of(new byte[0], false).wrong(attack));
    }
}
