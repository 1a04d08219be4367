package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What no blocking call may be given is refused whether it has to wait or not, and before anything is done. By
/// reflection: so a new method is tried, too.
class RefusalTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final List<String> wrong = new ArrayList<>();
    private int tried;

    @Test
    void shouldRefuseANegativeDurationWhetherItHasToWaitOrNot() throws Exception {
        VirtualTime.run(() -> tryAll(Duration.class, Duration.ofNanos(-1), IllegalArgumentException.class));
        assertTrue(tried > 40, () -> "only " + tried + " were tried");
    }

    @Test
    void shouldRefuseNoDurationWhetherItHasToWaitOrNot() throws Exception {
        VirtualTime.run(() -> tryAll(Duration.class, null, NullPointerException.class));
        assertTrue(tried > 40, () -> "only " + tried + " were tried");
    }

    @Test
    void shouldRefuseNoTillWhetherItHasToWaitOrNot() throws Exception {
        VirtualTime.run(() -> tryAll(Signal.class, null, NullPointerException.class));
        assertTrue(tried > 40, () -> "only " + tried + " were tried");
    }

    /// Objects at which calls need not wait, and the same where they would have to.
    private static List<Object> targets() {
        Signal gone = new Signal("gone");
        gone.go();
        Promise<Integer> kept = new Promise<>();
        kept.complete(1);
        Fork<Integer> ended = Fork.start("ended", () -> 1);
        ended.get();
        Fork<Integer> running = Fork.start("running", () -> {
            Strand.sleep(SECOND);
            return 1;
        });
        Strand over = Strand.start("over", () -> {});
        over.join(SECOND);
        Event set = new Event();
        set.set();
        Lock held = new Lock();
        held.lock();
        Condition condition = held.newCondition();
        Monitor inside = new Monitor();
        inside.enter();
        Channel<Integer> ready = Channel.bounded(2);
        ready.send(1);
        Queue<Integer> filled = Queue.bounded(2);
        filled.add(1);
        BatchingQueue<Integer> batches =
                BatchingQueue.<Integer>to("batches", batch -> {}).start();
        return List.of(
                gone,
                new Signal("waits"),
                kept,
                new Promise<Integer>(),
                ended,
                running,
                over,
                set,
                new Event(),
                held,
                new Lock(),
                condition,
                inside,
                new Monitor(),
                new Semaphore(1),
                new Semaphore(0),
                new BinarySemaphore(true),
                new BinarySemaphore(false),
                new Progress(),
                new MVar<>(1),
                new MVar<Integer>(),
                ready,
                Channel.<Integer>rendezvous(),
                filled,
                Queue.<Integer>bounded(1),
                Select.<Integer>of().onGo(gone, () -> 1),
                Select.<Integer>of().onGo(new Signal(), () -> 1),
                batches);
    }

    private void tryAll(Class<?> type, @Nullable Object bad, Class<?> thrown) throws IllegalAccessException {
        List<Object> targets = targets();
        for (Object target : targets) {
            String before = target.toString();
            for (Method method : target.getClass().getMethods()) {
                boolean own = method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers());
                if (own && Stream.of(method.getParameterTypes()).anyMatch(type::equals)) {
                    tryOne(target, method, type, bad, thrown);
                }
            }
            assertEquals(before, target.toString());
        }
        assertEquals(List.of(), wrong);
        targets.forEach(RefusalTest::end);
    }

    private static void end(Object target) {
        if (target instanceof BatchingQueue<?> batches) {
            batches.close();
        }
    }

    private void tryOne(Object target, Method method, Class<?> type, @Nullable Object bad, Class<?> thrown)
            throws IllegalAccessException {
        tried++;
        String name = target + "." + method.getName();
        try {
            method.setAccessible(true);
            method.invoke(
                    target,
                    Arrays.stream(method.getParameterTypes())
                            .map(each -> each == type ? bad : good(each))
                            .toArray());
            wrong.add(name + " took it");
        } catch (InvocationTargetException e) {
            if (e.getCause().getClass() != thrown) {
                wrong.add(name + " threw " + e.getCause());
            }
        }
    }

    private static Object good(Class<?> type) {
        if (type == long.class) {
            return 1L;
        }
        if (type == Supplier.class) {
            return (Supplier<Integer>) () -> 1;
        }
        if (Function.class.isAssignableFrom(type)) {
            return (UnaryOperator<Integer>) old -> old;
        }
        return type == BooleanSupplier.class ? (BooleanSupplier) () -> true : 1;
    }
}
