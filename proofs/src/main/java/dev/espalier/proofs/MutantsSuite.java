package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/// Small changes in the byte code of actors-core, by PIT, one at a time: the tests must fail by most of them. Of each
/// class at most 15 % may survive. The arguments are names of classes.
public final class MutantsSuite implements Suite {
    private static final String ACTOR = "dev.espalier.actor.";
    private static final String SYNC = "dev.espalier.sync.";
    private static final double SURVIVORS = 0.15;

    /// The tests that are about a class; of others those that are named after it.
    private static final Map<String, List<String>> TESTS = new LinkedHashMap<>();

    static {
        TESTS.put(SYNC + "Semaphore", List.of(SYNC + "SemaphoreTest"));
        TESTS.put(SYNC + "MVar", List.of(SYNC + "MVarTest"));
        TESTS.put(SYNC + "Queue", List.of(SYNC + "QueueTest"));
        List<String> mailbox = List.of(
                ACTOR + "TicketGateTest",
                ACTOR + "TicketQueueTest",
                ACTOR + "MailboxTest",
                ACTOR + "MailboxPressureTest",
                ACTOR + "LedgerTest",
                ACTOR + "PassivateTest",
                ACTOR + "WaitingTest",
                ACTOR + "DeadLetterTest");
        TESTS.put(ACTOR + "TicketQueue", mailbox);
        TESTS.put(ACTOR + "TicketGate", mailbox);
        TESTS.put(ACTOR + "Mailbox", mailbox);
        TESTS.put(
                ACTOR + "ChildSet",
                List.of(
                        ACTOR + "ChildrenTest",
                        ACTOR + "DependsOnTest",
                        ACTOR + "ForkedTest",
                        ACTOR + "LateSpawnTest",
                        ACTOR + "StopOrderTest"));
        TESTS.put(
                ACTOR + "LifeState",
                List.of(
                        ACTOR + "AbandonTest",
                        ACTOR + "ActivityTest",
                        ACTOR + "DecisionTest",
                        ACTOR + "FailureTest",
                        ACTOR + "LifeCycleTest",
                        ACTOR + "ReadyTest",
                        ACTOR + "RestartTest",
                        ACTOR + "SignificantTest",
                        ACTOR + "StopLadderTest",
                        ACTOR + "StopTest",
                        ACTOR + "StructureTest"));
        TESTS.put(
                ACTOR + "WaitingLine",
                List.of(ACTOR + "AbandonTest", ACTOR + "StopReportTest", ACTOR + "WaitingLineTest"));
    }

    @Override
    public String name() {
        return "mutants";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        List<String> classes =
                args.stream().filter(arg -> arg.matches("[\\w.$]+\\.[A-Z]\\w*")).toList();
        if (classes.isEmpty()) {
            classes = all ? List.copyOf(TESTS.keySet()) : List.of(SYNC + "MVar");
        }
        Map<String, List<String>> packages = new TreeMap<>();
        for (String each : classes) {
            packages.computeIfAbsent(each.substring(0, each.lastIndexOf('.')), p -> new ArrayList<>())
                    .add(each);
        }
        List<Row> rows = new ArrayList<>();
        for (List<String> some : packages.values()) {
            List<String> tests = some.stream()
                    .flatMap(each -> TESTS.getOrDefault(each, List.of(each + "Test")).stream())
                    .distinct()
                    .toList();
            rows.addAll(mutate(some, tests, "", all ? 180 : 10, console));
        }
        rows.addAll(mutate(
                List.of(SYNC + "MVar"), List.of(SYNC + "SemaphoreTest"), " Twin, tests of another", 10, console));
        return rows;
    }

    /// Lets PIT do its work in a Maven of its own, in the profile `mutants` of actors-core.
    private static List<Row> mutate(
            List<String> classes, List<String> tests, String suffix, int minutes, PrintStream console)
            throws Exception {
        Path home = Path.of(System.getProperty("espalier.home"));
        Path report = Path.of("mutants").toAbsolutePath();
        Path log = Path.of("mutants.log").toAbsolutePath();
        Path result = report.resolve("mutations.xml");
        Files.deleteIfExists(result);
        console.println("Mutants of " + String.join(", ", classes) + "; what PIT says is in " + log);
        Process maven = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-Pmutants",
                        "-pl",
                        "actors-core",
                        "test-compile",
                        "org.pitest:pitest-maven:mutationCoverage",
                        "-Dmutants.java=" + Path.of(System.getProperty("java.home"), "bin", "java"),
                        "-DreportsDirectory=" + report,
                        "-DtargetClasses=" + with(classes, "$*"),
                        "-DtargetTests=" + with(tests, "$*"))
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!maven.waitFor(minutes, TimeUnit.MINUTES) || maven.exitValue() != 0 || !Files.exists(result)) {
                return List.of(row(String.join(" ", classes) + suffix, false, new Count(), "no result, see " + log));
            }
        } finally {
            maven.descendants().forEach(ProcessHandle::destroy);
            maven.destroy();
        }
        List<Row> rows = new ArrayList<>();
        read(result).forEach((type, count) -> rows.add(row(type + suffix, true, count, count.text())));
        return rows;
    }

    private static String with(List<String> names, String inner) {
        List<String> both = new ArrayList<>(names);
        names.forEach(name -> both.add(name + inner));
        return String.join(",", both);
    }

    /// How many there were of a class.
    private static final class Count {
        private int all;
        private int dead;
        private final List<String> survivors = new ArrayList<>();

        private String text() {
            String share = String.format(Locale.ROOT, "%.0f %% of %d die", 100.0 * dead / all, all);
            return survivors.isEmpty() ? share : share + "; alive: " + String.join(", ", survivors);
        }
    }

    private static Row row(String name, boolean ran, Count count, String seen) {
        long tooMany = Math.max(0, count.all - count.dead - (long) (SURVIVORS * count.all));
        return new Row("mutants", name.replaceAll("[a-z]+\\.", ""), ran, count.all, tooMany, seen);
    }

    private static Map<String, Count> read(Path file) throws IOException, SAXException, ParserConfigurationException {
        Map<String, Count> counts = new TreeMap<>();
        var found = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getElementsByTagName("mutation");
        for (int i = 0; i < found.getLength(); i++) {
            var mutant = (Element) found.item(i);
            Count count =
                    counts.computeIfAbsent(text(mutant, "mutatedClass").replaceAll("\\$.*", ""), type -> new Count());
            count.all++;
            if (mutant.getAttribute("detected").equals("true")) {
                count.dead++;
            } else {
                count.survivors.add(text(mutant, "mutatedMethod") + ":" + text(mutant, "lineNumber") + " "
                        + text(mutant, "mutator").replaceAll(".*\\.|Mutator$", ""));
            }
        }
        return counts;
    }

    private static String text(Element mutant, String tag) {
        return mutant.getElementsByTagName(tag).item(0).getTextContent();
    }
}
