package dev.espalier.samples.seeds;

import dev.espalier.sync.Coroutine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The example of Nim's greenlet, word for word; prints exactly the output of its document.
public final class Greenlet {
    private static final List<String> OUTPUT = List.of(
            "entering greenlet 1",
            "in func1 (greenlet 1)",
            "re-entering greenlet 1",
            "exiting func1 (greenlet 1)",
            "exiting program");

    private final PrintStream out;
    private final List<String> printed = new ArrayList<>();

    private Greenlet(PrintStream out) {
        this.out = out;
    }

    /// Whether the output is that of the document.
    static boolean run(PrintStream out) {
        Greenlet sample = new Greenlet(out);
        sample.example();
        return sample.printed.equals(OUTPUT);
    }

    private void example() {
        Coroutine<@Nullable Object, @Nullable Object> g = Coroutine.of("greenlet 1", (self, arg) -> {
            echo("in func1 (greenlet 1)");
            Coroutine.root().switchTo(null);
            echo("exiting func1 (greenlet 1)");
            return null;
        });

        echo("entering greenlet 1");
        g.switchTo(null);

        echo("re-entering greenlet 1");
        g.switchTo(null);

        echo("exiting program");
        g.close();
    }

    private void echo(String line) {
        printed.add(line);
        out.println(line);
    }

    public static void main(String[] args) {
        System.exit(run(System.out) ? 0 : 1);
    }
}
