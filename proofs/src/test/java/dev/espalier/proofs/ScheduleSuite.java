package dev.espalier.proofs;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Whole trees in random orders, step by step, by seed; and the same with a mistake in the engine.
public final class ScheduleSuite implements Suite {
    private static final String ACTOR = "dev.espalier.actor.";
    private static final String SIGNAL = "dev.espalier.sync.Signal";

    /// Who waits for a lock would hold up the simulation.
    private static final Set<String> WITH_LOCKS = Set.of(
            "Border",
            "ChildSet",
            "Incidents",
            "InlineProgram",
            "LastFailures",
            "ProcessStop",
            "SystemStop",
            "WaitingSenders",
            "Watchdog",
            "WaitEdge",
            "Totals");

    @Override
    public String name() {
        return "schedules";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        Scoreboard.quiet();
        long first = args.isEmpty() ? 1 : Long.parseLong(args.getFirst());
        double seconds = all ? 600 : 20;
        return Stream.of(
                        lives("Tree", StepLoader.NONE, first, seconds),
                        stops("Stop at each step", StepLoader.NONE, first, seconds),
                        lives(
                                "Tree TwinRelease",
                                new StepLoader.AnswersNo(ACTOR + "TurnScheduler", "release", "hasWork"),
                                1,
                                60),
                        lives(
                                "Tree TwinDrain",
                                new StepLoader.AnswersNo(ACTOR + "Offspring", "hasLivingChildren", "isEmpty"),
                                1,
                                60))
                .flatMap(List::stream)
                .toList();
    }

    /// Neither has the ground below the strands.
    private static boolean hasSteps(String name) {
        return name.equals(SIGNAL)
                || (name.startsWith(ACTOR)
                        && !WITH_LOCKS.contains(name.substring(ACTOR.length()).split("\\$", 2)[0]));
    }

    /// One schedule in a world of its own; the object is new, the classes are the loader's.
    private static String once(StepLoader loader, long seed, long stopAt) throws Exception {
        var made = loader.loadClass(Schedule.class.getName()).getDeclaredConstructor();
        made.setAccessible(true);
        @SuppressWarnings("unchecked")
        var schedule = (BiFunction<Long, Long, String>) made.newInstance();
        var answer = new FutureTask<>(() -> schedule.apply(seed, stopAt));
        Thread thread = Thread.ofPlatform().daemon().name("schedule").start(answer);
        try {
            return answer.get(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            thread.interrupt(); // says where the strands are
            try {
                return "hangs: " + answer.get(5, TimeUnit.SECONDS);
            } catch (TimeoutException again) {
                return "seed " + seed + "L, stop at " + stopAt + ": hangs for real";
            }
        }
    }

    static List<Row> lives(String name, StepLoader.Mistake mistake, long first, double seconds) throws Exception {
        var tally = new Tally(name, mistake, first, seconds);
        for (long seed = first; tally.goesOn(); seed++) {
            tally.add(once(tally.loader, seed, 0));
        }
        return tally.rows();
    }

    static List<Row> stops(String name, StepLoader.Mistake mistake, long first, double seconds) throws Exception {
        var tally = new Tally(name, mistake, first, seconds);
        for (long seed = first; tally.goesOn(); seed++) {
            long steps = tally.add(once(tally.loader, seed, 0));
            for (long k = 1; k <= steps && tally.goesOn(); k++) {
                tally.add(once(tally.loader, seed, k));
            }
        }
        return tally.rows();
    }

    /// What a row is made of.
    private static final class Tally {
        private static final Pattern STEPS = Pattern.compile("(\\d+)( early.*)?");

        final StepLoader loader;
        private final String name;
        private final boolean asItIs;
        private final long first;
        private final double seconds;
        private final long begin = System.nanoTime();
        private long tried;
        private long early;
        private String firstEarly = "";
        private String bad = "";

        Tally(String name, StepLoader.Mistake mistake, long first, double seconds) {
            this.name = name;
            this.loader = new StepLoader(Steps.class, ScheduleSuite::hasSteps, mistake);
            this.asItIs = mistake.equals(StepLoader.NONE);
            this.first = first;
            this.seconds = seconds;
        }

        /// Until something bad was seen or the time is over.
        boolean goesOn() {
            return bad.isEmpty() && System.nanoTime() - begin < seconds * 1e9;
        }

        /// Takes the answer of a schedule; returns how many steps it had.
        long add(String said) {
            tried++;
            var steps = STEPS.matcher(said);
            if (!steps.matches()) {
                bad = said;
                return 0;
            }
            if (steps.group(2) != null) {
                early++;
                firstEarly = firstEarly.isEmpty() ? steps.group(2) : firstEarly;
            }
            return Long.parseLong(steps.group(1));
        }

        List<Row> rows() {
            double minutes = (System.nanoTime() - begin) / 60e9;
            String pace = String.format(
                    Locale.ROOT,
                    "%,.0f a minute from seed %d, %d places to turn",
                    tried / minutes,
                    first,
                    loader.places());
            boolean ran = asItIs || loader.isMistaken();
            var lost = new Row("schedules", name, ran, tried, bad.isEmpty() ? 0 : 1, pace + bold(bad));
            var order = new Row("schedules", name + ", order of stopped", ran, tried, early, pace + bold(firstEarly));
            return asItIs ? List.of(lost, order) : List.of(lost);
        }

        private static String bold(String what) {
            return what.isEmpty()
                    ? ""
                    : "; **"
                            + what.substring(0, Math.min(200, what.length()))
                                    .replace('|', '/')
                                    .strip() + "**";
        }
    }
}
