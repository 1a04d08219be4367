package dev.espalier.proofs;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/// The tests that attack from outside, of all modules, at length: storms of faults, ends of processes, shortages, bad
/// input. A row is a class of tests; one that was left out or skipped counts as forbidden, too.
public final class FaultsSuite implements Suite {
    private static final String ACTOR = "dev.espalier.actor.";

    /// @param title for people
    /// @param module of the test
    /// @param test its full name
    /// @param brief whether it also belongs to the short cut
    record Attack(String title, String module, String test, boolean brief) {}

    static final List<Attack> ATTACKS = List.of(
            new Attack("Storm", "actors-core", ACTOR + "FaultStormTest", true),
            new Attack("Sabotage", "actors-core", ACTOR + "SabotageTest", true),
            new Attack("Clock", "actors-core", ACTOR + "TimersClockTest", true),
            new Attack("Input", "actors-core", ACTOR + "BadInputTest", true),
            new Attack("Input of waits", "actors-core", "dev.espalier.sync.RefusalTest", true),
            new Attack("Null in sync", "actors-core", "dev.espalier.sync.NullTest", true),
            new Attack("Null in logging", "actors-logging", "dev.espalier.logging.NullTest", false),
            new Attack("Null in profiling", "actors-profiling", "dev.espalier.profiling.NullTest", false),
            new Attack("Processes", "actors-core", ACTOR + "ProcessTest", false),
            new Attack("Carriers", "actors-core", ACTOR + "SentinelTest", false),
            new Attack("Initialisers", "actors-core", ACTOR + "PinTest", false),
            new Attack("Memory", "actors-core", ACTOR + "ShortageTest", false),
            new Attack("Kills of the log", "actors-logging", "dev.espalier.logging.PipelineTest", false),
            new Attack("Ends under a log", "actors-logging", "dev.espalier.logging.ProcessEndTest", false),
            new Attack("Sinks, disk full", "actors-logging", "dev.espalier.logging.SurvivesTest", false),
            new Attack("Roll-over, disk full", "actors-logging", "dev.espalier.logging.RollOverTest", false),
            new Attack("Journal", "actors-logging", "dev.espalier.logging.JournalTest", false),
            new Attack("Servers that fail", "actors-logging", "dev.espalier.logging.HttpSinkTest", false),
            new Attack("Clients, slow", "actors-profiling", "dev.espalier.observer.StreamsTest", false),
            new Attack("Clients, half open", "actors-profiling", "dev.espalier.observer.UnreadableBodyTest", false),
            new Attack("SIGTERM under load", "samples", "dev.espalier.samples.backend.SigtermTest", false));

    private static final Attack TWIN =
            new Attack("Storm TwinStopsTwice", "actors-core", ACTOR + "FaultStormTest", true);

    private static final String LONG = "-Dstorm.seeds=200 -Dshortage.rounds=20 -Dsigterm.rounds=20";

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        List<Attack> attacks = ATTACKS.stream()
                .filter(attack -> args.isEmpty() ? all || attack.brief : args.contains(attack.title))
                .toList();
        if (attacks.isEmpty()) {
            return List.of(new Row(name(), String.join(" ", args), false, 0, 0, "no such row"));
        }
        List<Row> rows = new ArrayList<>(attack(attacks, all ? LONG : "-Dstorm.seeds=20", all ? 60 : 10, console));
        rows.addAll(attack(List.of(TWIN), "-Dstorm.seeds=1 -Dstorm.mistake=STOPS_TWICE", 10, console));
        return rows;
    }

    /// Lets Maven compile and run them.
    private static List<Row> attack(List<Attack> attacks, String jvm, int minutes, PrintStream console)
            throws Exception {
        Path home = Path.of(System.getProperty("espalier.home"));
        Path log = Path.of("faults.log").toAbsolutePath();
        Set<String> modules = new LinkedHashSet<>();
        Set<String> tests = new LinkedHashSet<>();
        for (Attack each : attacks) {
            modules.add(each.module);
            tests.add(each.test);
            Files.deleteIfExists(report(home, each));
        }
        console.println(tests.size() + " classes of tests; what Maven says is in " + log);
        ProcessBuilder builder = new ProcessBuilder(
                "mvn",
                "-B",
                "-fae",
                "-pl",
                String.join(",", modules),
                "-am",
                "test-compile",
                "surefire:test@default-test",
                "-Dtest=" + String.join(",", tests),
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Dtest.jvm=" + jvm);
        builder.environment().put("ESPALIER_TESTS", "all");
        Process maven = builder.directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!maven.waitFor(minutes, TimeUnit.MINUTES)) {
                console.println("Maven has not ended in " + minutes + " minutes: what has no report has failed");
            }
        } finally {
            maven.descendants().forEach(ProcessHandle::destroy);
            maven.destroy();
        }
        List<Row> rows = new ArrayList<>();
        for (Attack each : attacks) {
            rows.add(row(each, report(home, each)));
        }
        return rows;
    }

    private static Path report(Path home, Attack attack) {
        return home.resolve(attack.module).resolve("target/surefire-reports/TEST-" + attack.test + ".xml");
    }

    private static Row row(Attack attack, Path report) throws IOException, SAXException, ParserConfigurationException {
        if (!Files.exists(report)) {
            return new Row("faults", attack.title, false, 0, 0, "no report of " + attack.test);
        }
        Element suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getDocumentElement();
        List<String> bad = new ArrayList<>();
        var cases = suite.getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            var each = (Element) cases.item(i);
            for (String kind : List.of("failure", "error", "skipped")) {
                if (each.getElementsByTagName(kind).getLength() > 0) {
                    bad.add(kind + " of " + each.getAttribute("name"));
                }
            }
        }
        String wrong = bad.isEmpty() ? "" : "**" + String.join(", ", bad).replace('|', '/') + "**; ";
        String seen = String.format(
                Locale.ROOT,
                "%s%s, %.1f s",
                wrong,
                attack.test.replaceAll(".*\\.", ""),
                Double.parseDouble(suite.getAttribute("time").replace(",", "")));
        return new Row("faults", attack.title, true, cases.getLength(), bad.size(), seen);
    }
}
