package dev.espalier.benchmarks.engine;

import com.softwaremill.jox.Channel;
import java.time.Duration;
import java.util.function.Function;

/// A green thread with an unlimited jox channel: the default, 16 places, would dead-lock where actors send to each
/// other in circles. Asked through a channel with one place; it has no time-out.
final class JoxActor<M> extends ThreadActor<M> {
    private final Channel<M> channel = Channel.newUnlimitedChannel();

    JoxActor(Handler<M> handler, ThreadEngine engine) {
        super(handler, engine);
    }

    @Override
    public void tell(M message) {
        send(channel, message);
    }

    @Override
    M take() throws InterruptedException {
        return channel.receive();
    }

    /// A thread that is asked to stop sends no more.
    private static <T> void send(Channel<T> channel, T value) {
        try {
            channel.send(value);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout)
            throws InterruptedException {
        Channel<R> answer = Channel.newBufferedChannel(1);
        target.tell(request.apply(value -> send(answer, value)));
        return answer.receive();
    }
}
