package dev.espalier.observer;

import dev.espalier.actor.LogSource;
import dev.espalier.sync.Registration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The last lines of the log, kept only while somebody looks at them.
///
/// *Threads.* Thread-safe; the lock is held for a few instructions, or to copy what is asked for. *Cost.* None
/// for who logs; none at all while nobody has looked for 15 seconds. *Memory.* 1,000 lines of at most 4,000
/// characters.
final class LogLines {
    private static final int MOST = 1_000;
    private static final long NOBODY = TimeUnit.SECONDS.toNanos(15);

    /// A line and its number, from 1 on.
    private record Numbered(int number, LogSource.Line line) {}

    private final Optional<LogSource> source;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Numbered> last = new ArrayDeque<>();
    private int numbers;
    private long askedAt;
    private boolean closed;
    private @Nullable Registration following;

    LogLines() {
        this(ServiceLoader.load(LogSource.class).findFirst());
    }

    LogLines(Optional<LogSource> source) {
        this.source = source;
    }

    private void take(LogSource.Line line) {
        lock.lock();
        try {
            if (following == null) {
                return; // it was just ended
            }
            if (last.size() == MOST) {
                last.removeFirst();
            }
            last.addLast(new Numbered(++numbers, line));
        } finally {
            lock.unlock();
        }
    }

    /// Lines after a number, the newest of them, oldest first; from the first call on it listens.
    ///
    /// @param after 0 for all
    /// @param path only those of this actor and the ones below it; empty for all
    /// @param most how many
    byte[] json(int after, String path, int most) {
        List<Numbered> wanted;
        int newest;
        long missed;
        lock.lock();
        try {
            listen();
            newest = numbers;
            missed = after == 0 || last.isEmpty() ? 0 : Math.max(0, last.getFirst().number - after - 1L);
            wanted = last.stream().filter(each -> isWanted(each, after, path)).toList();
        } finally {
            lock.unlock();
        }
        Json json = new Json(4_096);
        json.object().name("available").value(source.isPresent());
        json.name("last").value(newest).name("missed").value(missed);
        json.name("lines").array();
        wanted.stream().skip(Math.max(0, wanted.size() - most)).forEach(each -> write(json, each));
        return json.endArray().endObject().bytes();
    }

    private void listen() {
        askedAt = System.nanoTime();
        if (following == null && !closed) { // else nobody would end it
            following = source.map(each -> each.follow(this::take)).orElse(null);
        }
    }

    private static boolean isWanted(Numbered each, int after, String path) {
        String actor = each.line.actor();
        return each.number > after
                && (path.isEmpty()
                        || actor.equals(path)
                        || (actor.startsWith(path) && actor.charAt(path.length()) == '/'));
    }

    private static void write(Json json, Numbered each) {
        LogSource.Line line = each.line;
        json.object().name("number").value(each.number).name("at").value(line.at());
        json.name("level").value(line.level()).name("logger").value(line.logger());
        json.name("actor").value(line.actor()).name("text").value(line.text()).endObject();
    }

    /// Forgets everything when nobody has looked for a while.
    void patrol() {
        lock.lock();
        try {
            if (following != null && System.nanoTime() - askedAt > NOBODY) {
                end();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            end();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        Registration own = following;
        following = null;
        last.clear();
        if (own != null) {
            own.remove();
        }
    }
}
