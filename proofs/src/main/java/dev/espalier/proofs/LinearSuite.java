package dev.espalier.proofs;

import dev.espalier.actor.ChildrenHistory;
import dev.espalier.actor.QueueHistory;
import dev.espalier.sync.Histories;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/// Random programs of two or three threads on one object, by Lincheck: each result that was seen must be one that some
/// order of the same operations, one after the other, gives, too.
public final class LinearSuite implements Suite {
    private static final int INVOCATIONS = 500;

    @Override
    public String name() {
        return "linear";
    }

    private static Map<String, Class<?>> histories() {
        Map<String, Class<?>> all = new LinkedHashMap<>();
        all.put("Mailbox", QueueHistory.class);
        all.put("Mailbox TwinPush", QueueHistory.TwinPush.class);
        all.put("Mailbox TwinTake", QueueHistory.TwinTake.class);
        all.put("ChildSet", ChildrenHistory.class);
        all.put("ChildSet Twin", ChildrenHistory.Twin.class);
        all.put("Queue", Histories.Items.class);
        all.put("MVar", Histories.Box.class);
        all.put("Channel", Histories.Pipe.class);
        all.put("Semaphore", Histories.Units.class);
        all.put("Semaphore Twin", Histories.UnitsTwin.class);
        all.put("Signal", Histories.Listeners.class);
        return all;
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) {
        List<Row> rows = new ArrayList<>();
        histories()
                .forEach((name, history) -> rows.add(check(name, history, all ? 400 : name.contains("Twin") ? 40 : 5)));
        return rows;
    }

    /// The children of a living system change by themselves, which model checking does not bear: it puts back what
    /// it has seen before each run. So these are tried on threads that run freely, and more often.
    private static boolean runsFreely(String name) {
        return name.startsWith("ChildSet");
    }

    private static int invocations(String name) {
        return runsFreely(name) ? 2 * INVOCATIONS : INVOCATIONS;
    }

    private static Options<?, ?> options(String name) {
        return runsFreely(name) ? new StressOptions() : new ModelCheckingOptions();
    }

    static Row check(String name, Class<?> history, int programs) {
        long begin = System.nanoTime();
        boolean bad = false;
        try {
            options(name)
                    .threads(2)
                    .actorsPerThread(3)
                    .actorsBefore(1)
                    .actorsAfter(2)
                    .iterations(programs)
                    .invocationsPerIteration(invocations(name))
                    .minimizeFailedScenario(false)
                    .check(history);
        } catch (LincheckAssertionError e) {
            bad = true;
            if (!name.contains("Twin")) {
                e.printStackTrace();
            }
        }
        String what = String.format(
                Locale.ROOT,
                "%s, %.1f s",
                bad ? "**no order explains it**" : "every result has an order",
                (System.nanoTime() - begin) / 1e9);
        return new Row("linear", name, true, (long) programs * invocations(name), bad ? 1 : 0, what);
    }
}
