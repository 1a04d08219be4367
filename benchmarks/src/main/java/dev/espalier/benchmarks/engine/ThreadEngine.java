package dev.espalier.benchmarks.engine;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// A green thread for each actor with something to send messages through; what one writes without a library of actors.
///
/// A thread is stopped by an interrupt; it then interrupts its children, all at once, and joins them. Messages that
/// wait are lost. Threads have no names. Nothing is supervised or counted.
final class ThreadEngine implements Engine {
    /// Makes the actor, which waits to be started.
    interface Maker {
        <M> ThreadActor<M> make(Handler<M> handler, ThreadEngine engine);
    }

    /// How this kind of actor is asked.
    interface Asker {
        <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout)
                throws InterruptedException;
    }

    private final Maker maker;
    private final Asker asker;
    private final Set<ThreadActor<?>> tops = ConcurrentHashMap.newKeySet();

    ThreadEngine(Maker maker, Asker asker) {
        this.maker = maker;
        this.asker = asker;
    }

    <M> ThreadActor<M> started(Supplier<? extends Handler<M>> factory) {
        ThreadActor<M> actor = maker.make(factory.get(), this);
        actor.startThread();
        return actor;
    }

    @Override
    public <M> Address<M> spawn(Supplier<? extends Handler<M>> factory) {
        ThreadActor<M> actor = started(factory);
        tops.add(actor);
        return actor;
    }

    @Override
    public <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout) {
        try {
            return asker.ask(target, request, timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        }
    }

    @Override
    public void stop(Address<?> top) {
        ((ThreadActor<?>) top).interrupt();
    }

    @Override
    public void awaitStopped(Address<?> top) {
        ((ThreadActor<?>) top).join();
        tops.remove(top);
    }

    @Override
    public void close() {
        tops.forEach(ThreadActor::interrupt);
        tops.forEach(ThreadActor::join);
        tops.clear();
    }
}
