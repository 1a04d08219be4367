package dev.espalier.benchmarks.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A green thread with a loop around its handler; what messages go through is the subclass's.
abstract class ThreadActor<M> implements Address<M>, Self<M> {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Handler<M> handler;
    private final ThreadEngine engine;
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);
    private @Nullable List<ThreadActor<?>> children;
    private boolean stopping;

    ThreadActor(Handler<M> handler, ThreadEngine engine) {
        this.handler = handler;
        this.engine = engine;
    }

    /// The next message; waits for it.
    abstract M take() throws InterruptedException;

    void startThread() {
        thread.start();
    }

    private void run() {
        try {
            handler.start(this);
            while (!stopping) {
                handler.on(take(), this);
            }
        } catch (InterruptedException e) {
            stopping = true; // that is how a thread is asked to stop
        } finally {
            endChildren();
            handler.stopped();
        }
    }

    private void endChildren() {
        List<ThreadActor<?>> all = children;
        if (all != null) {
            all.forEach(ThreadActor::interrupt);
            all.forEach(ThreadActor::join);
        }
    }

    void interrupt() {
        thread.interrupt();
    }

    /// Waits for the end, whatever interrupts come.
    void join() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Address<M> address() {
        return this;
    }

    @Override
    public <C> Address<C> spawn(int number, Supplier<? extends Handler<C>> factory) {
        List<ThreadActor<?>> all = children;
        if (all == null) {
            all = new ArrayList<>();
            children = all;
        }
        ThreadActor<C> child = engine.started(factory);
        all.add(child);
        return child;
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public <Q, R> void askInTurn(
            int times, Address<Q> target, Function<Reply<R>, ? extends Q> request, Consumer<? super R> each) {
        for (int i = 0; i < times; i++) {
            each.accept(engine.<Q, R>ask(target, request, TIMEOUT));
        }
    }
}
