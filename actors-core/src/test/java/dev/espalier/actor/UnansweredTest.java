package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Strand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnansweredTest {
    private static Asked asked(Cell<?> by) {
        return new Asked(new Request<Integer>(Strand.current(), Long.MAX_VALUE, null), "message", by);
    }

    @Test
    void shouldKeepFewWhenMostWereAnswered() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            Cell<String> by = (Cell<String>) system.spawn("by", () -> MailFixture.into(new ArrayList<String>()));
            Unanswered all = new Unanswered();
            List<Asked> open = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                Asked asked = asked(by);
                all.note(asked);
                if (i % 1_000 == 0) {
                    open.add(asked);
                } else {
                    asked.request.reply(null);
                }
                assertTrue(all.size() <= 32, "after " + i);
            }
            all.refuseAll();
            assertEquals(
                    10, open.stream().filter(asked -> asked.request.isDone()).count());
            assertEquals(0, all.size());
        });
    }

    @Test
    void shouldKeepNoneThatWereForwarded() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            Cell<String> by = (Cell<String>) system.spawn("by", () -> MailFixture.into(new ArrayList<String>()));
            Unanswered all = new Unanswered();
            List<Request<?>> forwarded = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Asked asked = asked(by);
                all.note(asked);
                new Asked(asked.request, "on", by).accepted();
                forwarded.add(asked.request);
            }
            assertTrue(all.size() <= 17, "kept " + all.size());
            all.refuseAll();
            assertEquals(0, forwarded.stream().filter(Request::isDone).count());
        });
    }
}
