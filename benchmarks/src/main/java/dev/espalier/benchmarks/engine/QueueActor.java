package dev.espalier.benchmarks.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// A green thread with a `LinkedBlockingQueue`, unbounded as it comes; asked through a `CompletableFuture`.
final class QueueActor<M> extends ThreadActor<M> {
    private final LinkedBlockingQueue<M> queue = new LinkedBlockingQueue<>();

    QueueActor(Handler<M> handler, ThreadEngine engine) {
        super(handler, engine);
    }

    @Override
    public void tell(M message) {
        queue.add(message);
    }

    @Override
    M take() throws InterruptedException {
        return queue.take();
    }

    static <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout)
            throws InterruptedException {
        CompletableFuture<R> answer = new CompletableFuture<>();
        target.tell(request.apply(answer::complete));
        try {
            return answer.get(timeout.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("no answer", e);
        }
    }
}
