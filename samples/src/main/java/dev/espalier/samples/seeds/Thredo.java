package dev.espalier.samples.seeds;

import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Fork;
import dev.espalier.sync.Group;
import dev.espalier.sync.Queue;
import dev.espalier.sync.Strand;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/// thredo's two programs: a worker that gets numbers from a producer until the end, and a group of workers that
/// are cancelled when everything has been done.
public final class Thredo {
    private static final int NUMBERS = 10;
    private static final int WORKERS = 4;
    /// The document waits a second.
    private static final Duration BETWEEN = Duration.ofMillis(10);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PrintStream out;
    private final Checks checks;

    private Thredo(PrintStream out) {
        this.out = out;
        this.checks = new Checks(out);
    }

    static boolean run(PrintStream out) {
        Thredo sample = new Thredo(out);
        sample.worker();
        sample.group();
        return sample.checks.allRight();
    }

    private void worker() {
        Collection<Integer> got = new ConcurrentLinkedQueue<>();
        Queue<Integer> q = Queue.unbounded();
        Fork<?> t = Fork.start("worker", () -> {
            for (int item : q) { // ends when the queue is closed and empty; no null is needed
                out.println("Got: " + item);
                got.add(item);
            }
        });
        for (int n = 0; n < NUMBERS; n++) {
            q.add(n);
            Strand.sleep(BETWEEN);
        }
        q.close();
        t.get();
        checks.check(List.copyOf(got).equals(numbers()), "the worker got all numbers in order, and ended");
    }

    private void group() {
        Collection<Integer> got = new ConcurrentLinkedQueue<>();
        Collection<String> cancelled = new ConcurrentLinkedQueue<>();
        Queue<Integer> q = Queue.unbounded();
        Group.<Void>run("workers", workers -> {
            for (int n = 0; n < WORKERS; n++) {
                workers.fork(() -> work(q, got, cancelled));
            }
            for (int n = 0; n < NUMBERS; n++) {
                q.add(n);
                Strand.sleep(BETWEEN);
            }
            checks.check(q.join(PATIENCE), "all tasks were done");
            checks.check(workers.running() == WORKERS, "all workers wait for more");
            workers.cancel();
        }); // waits for the workers to end
        checks.check(cancelled.size() == WORKERS, cancelled.size() + " workers were cancelled");
        checks.check(got.stream().sorted().toList().equals(numbers()), "the workers got each number once");
    }

    private void work(Queue<Integer> q, Collection<Integer> got, Collection<String> cancelled) {
        try {
            while (true) {
                int item = q.pop().orElseThrow();
                out.println("Got: " + item);
                got.add(item);
                q.taskDone();
            }
        } catch (CancelledException e) {
            out.println("Worker cancelled");
            cancelled.add(Thread.currentThread().getName());
        }
    }

    private static List<Integer> numbers() {
        return IntStream.range(0, NUMBERS).boxed().toList();
    }

    public static void main(String[] args) {
        System.exit(run(System.out) ? 0 : 1);
    }
}
