package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// One actor sends numbers to another, which adds them up: the throughput of one mailbox. Savina: Counting Actor.
///
/// Espalier's mailbox is bounded and makes the sender wait; those of the others grow.
public class Counting extends EveryEngine {
    private static final int NUMBERS = 1_000_000;

    /// Sends the numbers 1 to n, then what is to be told of the end.
    static final class Producer implements Handler<Finish> {
        private final Address<Object> consumer;
        private final int numbers;

        Producer(Address<Object> consumer, int numbers) {
            this.consumer = consumer;
            this.numbers = numbers;
        }

        @Override
        public void on(Finish finish, Self<Finish> self) {
            for (int i = 1; i <= numbers; i++) {
                consumer.tell(i);
            }
            consumer.tell(finish);
        }
    }

    /// Adds up what all producers send.
    static final class Consumer implements Handler<Object> {
        private final int producers;
        private int ended;
        private long sum;

        Consumer(int producers) {
            this.producers = producers;
        }

        @Override
        public void on(Object message, Self<Object> self) {
            if (message instanceof Integer number) {
                sum += number;
            } else if (++ended == producers) {
                ((Finish) message).done(sum);
                ended = 0;
                sum = 0;
            }
        }
    }

    private List<Address<Finish>> producers = List.of();

    /// How many actors send.
    int producers() {
        return 1;
    }

    @Override
    void prepare() {
        Address<Object> consumer = engine().spawn(() -> new Consumer(producers()));
        int numbers = shareOf(NUMBERS) / producers();
        producers = IntStream.range(0, producers())
                .mapToObj(i -> engine().spawn(() -> new Producer(consumer, numbers)))
                .toList();
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(NUMBERS)
    public void message() {
        Finish finish = new Finish(1);
        for (Address<Finish> producer : producers) {
            producer.tell(finish);
        }
        long each = shareOf(NUMBERS) / producers();
        finish.await(producers() * (each * (each + 1) / 2));
    }
}
