package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// 100 creatures come to a mall, which brings them together two by two; they then change their colours: contention at
/// one actor that everyone waits for. The score is ns per message, of which a meeting takes four. Savina: Chameneos,
/// after C. Kaiser and J.-F. Pradat-Peyre, 2003.
public class Chameneos extends EveryEngine {
    private static final int CREATURES = 100;
    private static final int MEETINGS = 20_000;
    private static final int COLOURS = 3;

    private record Meet(Address<Object> from, int colour) {}

    private record Change(int colour) {}

    private enum Leave {
        NOW
    }

    private static int complement(int own, int other) {
        return own == other ? own : COLOURS - own - other;
    }

    private static final class Mall implements Handler<Meet> {
        private final int meetings;
        private int met;
        private int left;
        private @Nullable Meet waiting;

        Mall(int meetings) {
            this.meetings = meetings;
        }

        @Override
        public void on(Meet meet, Self<Meet> self) {
            if (met == meetings) {
                sendAway(meet);
            } else if (waiting == null) {
                waiting = meet;
            } else {
                waiting.from().tell(meet);
                waiting = null;
                met++;
            }
        }

        /// When the last has left, the mall opens again.
        private void sendAway(Meet meet) {
            meet.from().tell(Leave.NOW);
            if (++left == CREATURES) {
                met = 0;
                left = 0;
            }
        }
    }

    private static final class Creature implements Handler<Object> {
        private final Address<Meet> mall;
        private int colour;
        private int meetings;
        private Finish finish = new Finish(0);

        Creature(Address<Meet> mall, int colour) {
            this.mall = mall;
            this.colour = colour;
        }

        @Override
        public void on(Object message, Self<Object> self) {
            switch (message) {
                case Meet(Address<Object> other, int otherColour) -> {
                    colour = complement(colour, otherColour);
                    other.tell(new Change(colour));
                    comeAgain(self);
                }
                case Change(int newColour) -> {
                    colour = newColour;
                    comeAgain(self);
                }
                case Finish start -> {
                    finish = start;
                    mall.tell(new Meet(self.address(), colour));
                }
                default -> {
                    finish.done(meetings);
                    meetings = 0;
                }
            }
        }

        private void comeAgain(Self<Object> self) {
            meetings++;
            mall.tell(new Meet(self.address(), colour));
        }
    }

    private List<Address<Object>> creatures = List.of();

    @Override
    void prepare() {
        int meetings = shareOf(MEETINGS);
        Address<Meet> mall = engine().spawn(() -> new Mall(meetings));
        creatures = IntStream.range(0, CREATURES)
                .mapToObj(i -> engine().<Object>spawn(() -> new Creature(mall, i % COLOURS)))
                .toList();
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(4 * MEETINGS)
    public void message() {
        Finish finish = new Finish(CREATURES);
        for (Address<Object> creature : creatures) {
            creature.tell(finish);
        }
        finish.await(2L * shareOf(MEETINGS));
    }
}
