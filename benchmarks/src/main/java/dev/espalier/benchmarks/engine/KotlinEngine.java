package dev.espalier.benchmarks.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import kotlin.Unit;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineScopeKt;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.Job;

/// A coroutine with an unlimited channel for each actor, on `Dispatchers.Default`; a stop cancels the coroutine with
/// all below it, and messages that wait are lost.
///
/// It is called without a Kotlin compiler: [KotlinActor] is what that compiler makes of a loop over a channel. Asking
/// would be a second such machine, written by hand, so there is none: it does not ask.
final class KotlinEngine implements Engine {
    private final CoroutineScope scope = CoroutineScopeKt.CoroutineScope(Dispatchers.getDefault());
    private final Map<Address<?>, Job> jobs = new ConcurrentHashMap<>();

    static <M> Job launch(CoroutineScope scope, KotlinActor.Mail<M> mail, Supplier<? extends Handler<M>> factory) {
        return BuildersKt.launch(scope, EmptyCoroutineContext.INSTANCE, CoroutineStart.DEFAULT, (own, completion) -> {
            @SuppressWarnings("unchecked")
            var caller = (kotlin.coroutines.Continuation<Object>) (Object) completion;
            return new KotlinActor<>(factory.get(), mail, own, caller).invokeSuspend(Unit.INSTANCE);
        });
    }

    @Override
    public <M> Address<M> spawn(Supplier<? extends Handler<M>> factory) {
        KotlinActor.Mail<M> mail = new KotlinActor.Mail<>();
        jobs.put(mail, launch(scope, mail, factory));
        return mail;
    }

    @Override
    public <Q, R> R ask(Address<Q> target, Function<Reply<R>, ? extends Q> request, Duration timeout) {
        throw new UnsupportedOperationException("kotlin does not ask here");
    }

    private Job job(Address<?> top) {
        Job job = jobs.get(top);
        if (job == null) {
            throw new IllegalArgumentException(top + " is not at the top");
        }
        return job;
    }

    @Override
    public void stop(Address<?> top) {
        job(top).cancel(null);
    }

    @Override
    public void awaitStopped(Address<?> top) {
        await(job(top));
        jobs.remove(top);
    }

    private static void await(Job job) {
        CountDownLatch ended = new CountDownLatch(1);
        job.invokeOnCompletion(cause -> {
            ended.countDown();
            return Unit.INSTANCE;
        });
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the end of " + job, e);
        }
    }

    @Override
    public void close() {
        jobs.values().forEach(job -> job.cancel(null));
        jobs.values().forEach(KotlinEngine::await);
        jobs.clear();
    }
}
