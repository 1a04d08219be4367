package dev.espalier.logging;

import dev.espalier.actor.ActorRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lets so many events of one template through within a window, which begins with the first of them, and
/// folds the rest into a line when the window is over, or earlier if nothing else is to be written. A template
/// is a logger, a level and a message that is not expanded.
///
/// *Threads.* Confined to the holder of the [Turn]. *Memory.* At most [#TEMPLATES] templates, of each the
/// first and the last event that was folded, and [#ACTORS] actors; the events of more templates are let
/// through, the actors not named.
final class Repeats {
    static final int TEMPLATES = 1_000;
    static final int ACTORS = 100;
    private static final int NAMED = 3;
    private static final int TEXT = 200;

    private record Template(String logger, int level, String message) {}

    private static final class Window {
        final long begun;
        final Map<ActorRef<?>, Integer> actors = new HashMap<>(2);
        /// Since when it has folded.
        long since;
        int passed;
        int folded;

        @Nullable
        ActorEvent first;

        @Nullable
        ActorEvent last;

        Window(long begun) {
            this.begun = begun;
            since = begun;
        }

        void forgetFolded(long now) {
            since = now;
            folded = 0;
            first = null;
            last = null;
            actors.clear();
        }

        void fold(ActorEvent event) {
            folded++;
            first = first == null ? event : first;
            last = event;
            ActorRef<?> actor = event.actor();
            if (actor != null && (actors.size() < ACTORS || actors.containsKey(actor))) {
                actors.merge(actor, 1, Integer::sum);
            }
        }

        String text(Template template, long now) {
            StringBuilder text = new StringBuilder(String.format(
                    Locale.ROOT,
                    "Repeated %,d times in %.1f s by %s: %s; the first \"%s\" at %s, the last \"%s\" at %s",
                    folded,
                    (now - since) / 1e9,
                    template.logger,
                    Text.cut(template.message, TEXT),
                    said(first),
                    at(first),
                    said(last),
                    at(last)));
            List<Map.Entry<ActorRef<?>, Integer>> most = new ArrayList<>(actors.entrySet());
            most.sort(Map.Entry.<ActorRef<?>, Integer>comparingByValue().reversed());
            for (int i = 0; i < Math.min(NAMED, most.size()); i++) {
                text.append(i == 0 ? "; most by " : ", ")
                        .append(most.get(i).getKey().path());
                text.append(" (").append(most.get(i).getValue()).append(')');
            }
            return text.toString();
        }

        private static String said(@Nullable ActorEvent event) {
            try {
                return event == null ? "" : Text.cut(event.getFormattedMessage(), TEXT);
            } catch (Throwable t) { // of an argument by reference
                return t.getClass().getName();
            }
        }

        private static String at(@Nullable ActorEvent event) {
            return event == null ? "" : event.getInstant().toString();
        }
    }

    private final int limit;
    private final long nanos;
    private final Map<Template, Window> windows = new HashMap<>();

    /// @param limit how many of a template pass in a window, at least 1
    /// @param nanos how long a window lasts
    Repeats(int limit, long nanos) {
        this.limit = limit;
        this.nanos = nanos;
    }

    /// Whether the event is not to be written.
    boolean folds(ActorEvent event, long now) {
        Template template =
                new Template(event.getLoggerName(), event.getLevel().toInt(), String.valueOf(event.getMessage()));
        Window window = windows.get(template);
        if (window == null || (window.folded == 0 && now - window.begun >= nanos)) {
            if (window == null && windows.size() >= TEMPLATES) {
                return false;
            }
            window = new Window(now);
            windows.put(template, window);
        }
        if (now - window.begun < nanos && window.passed < limit) {
            window.passed++;
            return false;
        }
        window.fold(event);
        return true;
    }

    boolean isEmpty() {
        return windows.isEmpty();
    }

    /// Ends the windows that are over.
    ///
    /// @param all tells also what those have folded so far that are not; their limit holds on
    /// @return a line for each that has folded something
    List<String> end(long now, boolean all) {
        List<String> texts = new ArrayList<>();
        Iterator<Map.Entry<Template, Window>> each = windows.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Template, Window> entry = each.next();
            Window window = entry.getValue();
            boolean isOver = now - window.begun >= nanos;
            if ((isOver || all) && window.folded > 0) {
                texts.add(window.text(entry.getKey(), now));
                window.forgetFolded(now);
            }
            if (isOver) {
                each.remove();
            }
        }
        return texts;
    }
}
