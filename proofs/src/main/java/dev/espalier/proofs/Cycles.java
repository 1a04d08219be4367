package dev.espalier.proofs;

import dev.espalier.sync.Registration;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import javax.management.JMException;

/// Systems that are started, used and stopped one after the other in one JVM: nothing of them is left.
final class Cycles {
    /// What is left on purpose, by each cycle.
    enum Mistake {
        NONE,
        ACTOR,
        THREAD,
        TIMER
    }

    /// Of these nothing more may live than before.
    private static final List<String> EXACT = List.of(
            "dev.espalier.actor.ActorSystem",
            "dev.espalier.actor.Cell",
            "dev.espalier.sync.RealGround$Timed",
            "dev.espalier.sync.Strand",
            "java.lang.Thread",
            "java.lang.VirtualThread");

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /// For what is left on purpose.
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final int cycles;
    private final Mistake mistake;
    private final List<Object> kept = new ArrayList<>();
    private final List<Registration> timers = new ArrayList<>();
    private final Signal end = new Signal("end");

    Cycles(int cycles, Mistake mistake) {
        this.cycles = cycles;
        this.mistake = mistake;
    }

    Row run(String name) throws JMException {
        var outcome = new Outcome();
        for (int i = 0; i < 3; i++) {
            cycle(Mistake.NONE, outcome); // what is made once for all
        }
        Living before = settled(null, PATIENCE);
        for (int i = 0; i < cycles; i++) {
            cycle(mistake, outcome);
        }
        Living after = settled(before, mistake == Mistake.NONE ? PATIENCE : SHORT);
        for (var each : new TreeMap<>(after.counts()).entrySet()) {
            String type = each.getKey();
            long more = each.getValue() - before.of(type);
            boolean ours = type.startsWith("dev.espalier.") || type.startsWith("org.jctools.");
            if (EXACT.contains(type) ? more > 0 : ours && more >= cycles) {
                outcome.count(type + " left", more);
            }
        }
        end.go();
        timers.forEach(Registration::remove);
        kept.clear();
        String threads = ManagementFactory.getThreadMXBean().getThreadCount() + " platform threads";
        String rest = String.format(Locale.ROOT, "%s, %,d bytes more", threads, after.bytes() - before.bytes());
        return outcome.row("scale", name, cycles, rest);
    }

    private void cycle(Mistake leak, Outcome outcome) {
        var exercise = new Exercise(500, Exercise.Mistake.NONE);
        exercise.run().forEach(what -> outcome.check(false, what));
        switch (leak) {
            case ACTOR -> kept.add(exercise.someActor());
            case THREAD -> Strand.start("left", end::waitForGo);
            case TIMER -> timers.add(Strand.current().schedule(Strand.deadlineAfter(HOUR), () -> {}));
            case NONE -> {}
        }
    }

    /// Workers end soon after their system, not before its report: waits until nothing is left, but not for ever.
    private static Living settled(Living before, Duration patience) throws JMException {
        long until = System.nanoTime() + patience.toNanos();
        Living now = Living.now();
        while (System.nanoTime() - until < 0 && !isLeast(now, before)) {
            Strand.sleep(Duration.ofMillis(200));
            now = Living.now();
        }
        return now;
    }

    private static boolean isLeast(Living now, Living before) {
        return before == null
                ? now.of("dev.espalier.actor.Cell") == 0 && now.of("java.lang.VirtualThread") == 0
                : EXACT.stream().allMatch(type -> now.of(type) <= before.of(type));
    }
}
