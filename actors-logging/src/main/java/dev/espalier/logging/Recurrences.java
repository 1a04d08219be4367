package dev.espalier.logging;

import dev.espalier.actor.Failure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells failures that are new from those that come again: of the same *kind*, which is the same classes, the
/// same stacks and the same text but for its numbers, within a window that begins with the first of them.
///
/// The first of a kind is told whole; one of another actor in a line; one of an actor that has had one is
/// folded, and counted when the window is over.
///
/// *Threads.* Thread-safe. *Memory.* At most [#KINDS] kinds, with [#PATHS] paths each; beyond those every
/// failure is new, or folded.
final class Recurrences {
    static final int KINDS = 200;
    static final int PATHS = 2_000;
    private static final int DEPTH = 8;
    private static final int TEXT = 300;
    private static final String ENGINE = "dev.espalier.actor.";

    private record Kind(String text, int stacks) {
        static Kind of(Throwable cause) {
            StringBuilder text = new StringBuilder();
            int stacks = 0;
            Throwable at = cause;
            for (int i = 0; i < DEPTH && at != null; i++) {
                text.append(at.getClass().getName())
                        .append(' ')
                        .append(template(at))
                        .append('\n');
                stacks = 31 * stacks + stack(at);
                at = cause(at);
            }
            return new Kind(text.toString(), stacks);
        }

        private static String template(Throwable thrown) {
            try {
                String message = thrown.getMessage();
                String bounded = message == null ? "" : message.substring(0, Math.min(message.length(), TEXT));
                return bounded.replaceAll("\\d+", "#");
            } catch (Throwable t) {
                return "";
            }
        }

        /// Without the frames around the actor's code, which are those of whatever worker has run it.
        private static int stack(Throwable thrown) {
            try {
                int hash = 0;
                boolean inCode = false;
                for (StackTraceElement frame : thrown.getStackTrace()) {
                    boolean isEngine = frame.getClassName().startsWith(ENGINE);
                    if (isEngine && inCode) {
                        return hash;
                    }
                    inCode |= !isEngine;
                    hash = 31 * hash + frame.hashCode();
                }
                return hash;
            } catch (Throwable t) {
                return 0;
            }
        }

        private static @Nullable Throwable cause(Throwable thrown) {
            try {
                return thrown.getCause();
            } catch (Throwable t) {
                return null;
            }
        }
    }

    private static final class Window {
        final long begun;
        final Failure first;
        final Set<String> paths = new HashSet<>();
        int count;
        int folded;
        Failure last;

        Window(long begun, Failure first) {
            this.begun = begun;
            this.first = first;
            this.last = first;
        }

        Again again() {
            String text = folded + " failures like the one of " + first.path() + " at " + first.at()
                    + " came again, of " + paths.size() + " actors; the last one: " + last + " at " + last.at();
            return new Again(first.path(), text);
        }
    }

    /// What to do with a failure.
    ///
    /// @param first the first one of its kind in the window
    /// @param number which it is in the window, from 1 on
    /// @param folded whether the same actor has had such a one
    record Place(Failure first, int number, boolean folded) {
        boolean isFirst() {
            return number == 1;
        }
    }

    /// What was folded in a window.
    ///
    /// @param path of the first actor that failed so
    /// @param text of one line
    record Again(String path, String text) {}

    private final long nanos;
    private final Map<Kind, Window> windows = new HashMap<>();

    /// @param nanos how long a window lasts
    Recurrences(long nanos) {
        this.nanos = nanos;
    }

    /// @param over gets a line for each window that is over and has folded something
    Place place(Failure failure, long now, List<Again> over) {
        over.addAll(end(now, false));
        return place(Kind.of(failure.cause()), failure, now);
    }

    private synchronized Place place(Kind kind, Failure failure, long now) {
        Window window = windows.get(kind);
        if (window == null) {
            window = new Window(now, failure);
            if (windows.size() < KINDS) {
                windows.put(kind, window);
            }
        }
        boolean known = window.paths.size() >= PATHS || !window.paths.add(failure.path());
        window.count++;
        window.last = failure;
        window.folded += known ? 1 : 0;
        return new Place(window.first, window.count, known);
    }

    /// Ends the windows that are over.
    ///
    /// @param all also those that are not
    /// @return one for each that has folded something
    List<Again> end(long now, boolean all) {
        return take(now, all).stream().map(Window::again).toList();
    }

    /// Their text is made outside the monitor, for it asks what was thrown.
    private synchronized List<Window> take(long now, boolean all) {
        List<Window> over = new ArrayList<>();
        windows.values().removeIf(window -> {
            boolean ends = all || now - window.begun >= nanos;
            if (ends && window.folded > 0) {
                over.add(window);
            }
            return ends;
        });
        return over;
    }

    synchronized boolean hasFolded() {
        return windows.values().stream().anyMatch(window -> window.folded > 0);
    }
}
