package dev.espalier.benchmarks.engine;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.channels.ChannelKt;
import org.jspecify.annotations.Nullable;

/// The state machine that the Kotlin compiler makes of
/// `handler.start(); while (!stopping) handler.on(channel.receive())`, with two states: before and in the loop.
@SuppressWarnings({"serial", "ReferenceEquality"}) // no actor is serialized; SUSPENDED is one object
final class KotlinActor<M> extends ContinuationImpl implements Self<M> {
    private static final Object SUSPENDED = IntrinsicsKt.getCOROUTINE_SUSPENDED();

    /// The channel as an address. Sending to an unlimited channel never suspends, so that the continuation is not
    /// used.
    static final class Mail<M> implements Address<M> {
        private static final Continuation<Unit> NONE = new Continuation<>() {
            @Override
            public CoroutineContext getContext() {
                return EmptyCoroutineContext.INSTANCE;
            }

            @Override
            public void resumeWith(Object result) {
                throw new IllegalStateException("a send to an unlimited channel was suspended");
            }
        };

        final Channel<M> channel =
                ChannelKt.Channel(Channel.UNLIMITED, kotlinx.coroutines.channels.BufferOverflow.SUSPEND, null);

        @Override
        public void tell(M message) {
            channel.send(message, NONE);
        }
    }

    private final Handler<M> handler;
    private final Mail<M> mail;
    private final CoroutineScope scope;
    private boolean started;
    private boolean stopping;

    KotlinActor(Handler<M> handler, Mail<M> mail, CoroutineScope scope, Continuation<Object> completion) {
        super(completion);
        this.handler = handler;
        this.mail = mail;
        this.scope = scope;
    }

    @Override
    protected @Nullable Object invokeSuspend(Object result) {
        @Nullable Object got = result;
        try {
            ResultKt.throwOnFailure(result);
            if (!started) {
                started = true;
                handler.start(this);
                got = next();
            }
            while (got != SUSPENDED && !stopping) {
                handler.on(message(got), this);
                got = next();
            }
            return stopping ? Unit.INSTANCE : SUSPENDED;
        } finally {
            if (got != SUSPENDED) {
                handler.stopped();
            }
        }
    }

    @SuppressWarnings("unchecked") // the address takes only M
    private M message(@Nullable Object got) {
        return (M) Objects.requireNonNull(got);
    }

    private @Nullable Object next() {
        return stopping ? Unit.INSTANCE : mail.channel.receive(this);
    }

    @Override
    public Address<M> address() {
        return mail;
    }

    @Override
    public <C> Address<C> spawn(int number, Supplier<? extends Handler<C>> factory) {
        Mail<C> child = new Mail<>();
        KotlinEngine.launch(scope, child, factory);
        return child;
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public <Q, R> void askInTurn(
            int times, Address<Q> target, Function<Reply<R>, ? extends Q> request, Consumer<? super R> each) {
        throw new UnsupportedOperationException("kotlin does not ask here");
    }
}
