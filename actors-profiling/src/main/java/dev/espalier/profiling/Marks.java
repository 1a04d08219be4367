package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorState;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import org.jspecify.annotations.Nullable;

/// Writes the number of an actor into the stack of its turns, so that every sample of the Flight Recorder tells whose
/// it is: one call of a method for each hexadecimal digit, the lowest first.
///
/// *Problem.* Workers run turns of many actors, some for less than a microsecond. A record of who ran when would cost a
/// look at the clock for each turn and grow by megabytes a second, and a sample of 10 ms hardly ever needs it.
///
/// *Idea.* A sample has the stack anyhow. What stands there is exact however short the turn is, needs no clock, and
/// holds for every event with a stack: processor time, allocations, locks, pinned threads.
///
/// *Cost.* Only while samples are taken: two calls for each digit and turn. *Memory.* A number and two names for each
/// actor that has run since then, the first [#MOST]; later ones have one with their siblings, and beyond
/// twice that, one in all. No actor that has ended is kept.
final class Marks {
    static final int MOST = 65_536;

    private static final String FRAMES = Marks.class.getName();
    private static final int OTHERS = 1;

    /// Whose samples have one number.
    static final class Mark {
        final Marks of;
        final int number;
        final String path;
        /// Empty until the actor's first message; written by its worker.
        private volatile String code;

        Mark(Marks of, int number, String path, String code) {
            this.of = of;
            this.number = number;
            this.path = path;
            this.code = code;
        }

        String code() {
            return code;
        }

        void code(String name) {
            if (code.isEmpty()) {
                code = name;
            }
        }
    }

    /// That of all who take samples; null if nobody does. Guarded by the class, as `takers`.
    private static @Nullable Marks shared;

    private static int takers;

    private final AtomicInteger numbers = new AtomicInteger(OTHERS);
    private final ConcurrentHashMap<Integer, Mark> marks = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Mark> groups = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Tree> trees = new CopyOnWriteArrayList<>();

    private Marks() {
        marks.put(OTHERS, others());
    }

    private Mark others() {
        return new Mark(this, OTHERS, Senders.OTHERS, Senders.OTHERS);
    }

    /// The marks that all use who use some; to be given back.
    static synchronized Marks take() {
        Marks now = shared;
        if (now == null) {
            now = new Marks();
            shared = now;
        }
        takers++;
        return now;
    }

    /// Whoever took them does not need them any more; what they know can still be asked.
    void giveBack() {
        synchronized (Marks.class) {
            takers--;
            if (takers == 0) {
                shared = null;
                end();
            }
        }
    }

    /// From now on the turns of this system are marked.
    void mark(Tree tree) {
        if (trees.addIfAbsent(tree)) {
            tree.system.frameTurns((actor, turn) -> next(numberOrNone(tree, actor), turn));
        }
    }

    /// Its system has stopped.
    void forget(Tree tree) {
        trees.remove(tree);
    }

    private void end() {
        for (Tree tree : trees) {
            tree.system.frameTurns(null);
            tree.living().forEach(record -> record.mark(null));
        }
    }

    /// Whose number it is; null if it is none.
    ///
    /// @param cut whether the stack was cut off where the number ends: then digits may be missing
    @Nullable
    Mark of(Found found, boolean cut) {
        return cut ? null : marks.get(found.number());
    }

    /// An actor whose frame throws would never run again.
    private int numberOrNone(Tree tree, ActorRef<?> actor) {
        try {
            return numberOf(tree, actor);
        } catch (Throwable t) { // no memory; the turn is not marked then
            return 0;
        }
    }

    private int numberOf(Tree tree, ActorRef<?> actor) {
        ActorRecord record = tree.find(actor);
        if (record == null) {
            if (actor.state() == ActorState.STOPPED) {
                return 0;
            }
            record = tree.of(actor); // before its first message
        }
        Mark mark = record.mark();
        if (mark == null || mark.of != this) {
            mark = numbers.get() < MOST ? numbered(actor.path(), record) : grouped(actor, record);
            record.mark(mark);
        }
        return mark.number;
    }

    private Mark numbered(String path, ActorRecord record) {
        int number = numbers.incrementAndGet();
        Mark mark = new Mark(this, number, path, record.codeName());
        marks.put(number, mark);
        return mark;
    }

    private Mark grouped(ActorRef<?> actor, ActorRecord record) {
        ActorRef<?> parent = actor.parent();
        if (parent == null || numbers.get() >= 2 * MOST) {
            return others();
        }
        String path = parent.path() + "/*";
        return groups.computeIfAbsent(path + " " + record.codeName(), key -> numbered(path, record));
    }

    // The digits: the names of these methods are read by #digit.

    private static boolean next(int rest, BooleanSupplier turn) {
        if (rest == 0) {
            return turn.getAsBoolean();
        }
        return switch (rest & 15) {
            case 0 -> d0(rest >>> 4, turn);
            case 1 -> d1(rest >>> 4, turn);
            case 2 -> d2(rest >>> 4, turn);
            case 3 -> d3(rest >>> 4, turn);
            case 4 -> d4(rest >>> 4, turn);
            case 5 -> d5(rest >>> 4, turn);
            case 6 -> d6(rest >>> 4, turn);
            case 7 -> d7(rest >>> 4, turn);
            case 8 -> d8(rest >>> 4, turn);
            case 9 -> d9(rest >>> 4, turn);
            case 10 -> da(rest >>> 4, turn);
            case 11 -> db(rest >>> 4, turn);
            case 12 -> dc(rest >>> 4, turn);
            case 13 -> dd(rest >>> 4, turn);
            case 14 -> de(rest >>> 4, turn);
            default -> df(rest >>> 4, turn);
        };
    }

    private static boolean d0(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d1(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d2(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d3(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d4(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d5(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d6(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d7(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d8(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean d9(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean da(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean db(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean dc(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean dd(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean de(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    private static boolean df(int rest, BooleanSupplier turn) {
        return next(rest, turn);
    }

    // The digit of a frame; −1 if it is none, −2 for the calls between.

    private static int digit(RecordedFrame frame) {
        RecordedMethod method = frame.isJavaFrame() ? frame.getMethod() : null;
        return method == null ? -1 : digit(method.getType().getName(), method.getName());
    }

    private static int digit(StackTraceElement frame) {
        return digit(frame.getClassName(), frame.getMethodName());
    }

    private static int digit(String type, String name) {
        if (!type.equals(FRAMES)) {
            return -1;
        }
        return name.length() == 2 && name.charAt(0) == 'd' ? Character.digit(name.charAt(1), 16) : -2;
    }

    /// Where the frames of a turn begin, and whose turn it is.
    ///
    /// @param number 0 if there is none
    /// @param frames how many frames are above it, the code of the actor's turn
    /// @param end where its own frames end
    record Found(int number, int frames, int end) {}

    /// @param stack the innermost frame first
    static Found find(List<RecordedFrame> stack) {
        return find(stack, frame -> digit(frame));
    }

    /// @param stack the innermost frame first
    static Found findNow(List<StackTraceElement> stack) {
        return find(stack, frame -> digit(frame));
    }

    static <T> Found find(List<T> stack, ToIntFunction<T> digitOf) {
        int at = 0;
        while (at < stack.size() && digitOf.applyAsInt(stack.get(at)) == -1) {
            at++;
        }
        int above = at;
        int number = 0;
        for (; at < stack.size(); at++) {
            int digit = digitOf.applyAsInt(stack.get(at));
            if (digit == -1) {
                break;
            }
            if (digit >= 0) {
                number = number << 4 | digit; // the innermost is the highest
            }
        }
        return new Found(number, above, at);
    }
}
