package dev.espalier.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.benchmarks.engine.Engine;
import dev.espalier.benchmarks.engine.Engines;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Every benchmark does its work on every engine that it names, with small numbers, twice; the workloads check their
/// results themselves.
@Tag("slow")
class WorkloadTest {
    private static final int SHARE = 1_000;

    /// Those that compare engines, as JMH finds them: method by class.
    private static Map<String, Set<String>> benchmarks() {
        var output = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return BenchmarkList.defaultList().getAll(output, List.of()).stream()
                .filter(entry -> comparesEngines(entry.getUserClassQName()))
                .collect(Collectors.groupingBy(
                        BenchmarkListEntry::getUserClassQName,
                        TreeMap::new,
                        Collectors.mapping(
                                entry -> entry.getUsername().replaceFirst(".*\\.", ""),
                                Collectors.toCollection(TreeSet::new))));
    }

    private static List<String> values(Class<?> type, String field) {
        for (Class<?> at = type; at != Object.class; at = at.getSuperclass()) {
            for (Field found : at.getDeclaredFields()) {
                if (found.getName().equals(field) && found.isAnnotationPresent(Param.class)) {
                    return List.of(found.getAnnotation(Param.class).value());
                }
            }
        }
        return List.of();
    }

    @TestFactory
    Stream<DynamicContainer> shouldDoTheWorkOnEveryEngine() {
        return Engines.ALL.stream().map(WorkloadTest::on);
    }

    private static DynamicContainer on(String name) {
        Engine engine = Engines.start(name);
        Stream<DynamicTest> runs =
                benchmarks().entrySet().stream().flatMap(entry -> runs(name, engine, entry.getKey(), entry.getValue()));
        return DynamicContainer.dynamicContainer(
                name, Stream.concat(runs, Stream.of(DynamicTest.dynamicTest("close", engine::close))));
    }

    private static Stream<DynamicTest> runs(String name, Engine engine, String type, Set<String> methods) {
        try {
            Class<?> of = Class.forName(type);
            if (!values(of, "engine").contains(name)) {
                return Stream.empty();
            }
            List<String> shapes = values(of, "shape");
            return methods.stream()
                    .flatMap(method -> (shapes.isEmpty() ? List.of("") : shapes)
                            .stream()
                                    .map(shape -> DynamicTest.dynamicTest(
                                            of.getSimpleName() + "." + method + " " + shape,
                                            () -> run(of, method, shape, engine))));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(Class<?> type, String method, String shape, Engine engine) throws Exception {
        Workload workload = (Workload) type.getConstructor().newInstance();
        workload.share = SHARE;
        workload.use(engine);
        for (int i = 0; i < 2; i++) {
            if (workload instanceof StopTree tree) {
                tree.shape = shape;
                tree.build();
            }
            type.getMethod(method).invoke(workload);
        }
    }

    private static boolean comparesEngines(String type) {
        try {
            return Workload.class.isAssignableFrom(Class.forName(type));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldFindAllBenchmarks() {
        Set<String> names = benchmarks().keySet().stream()
                .map(name -> name.replaceFirst(Pattern.quote("dev.espalier.benchmarks."), ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                new TreeSet<>(Set.of(
                        "AskRoundTrip",
                        "Big",
                        "Chameneos",
                        "Counting",
                        "ForkJoinCreate",
                        "ForkJoinThroughput",
                        "ManyToOne",
                        "PingPong",
                        "Skynet",
                        "StopTree",
                        "ThreadRing")),
                names);
    }

    @Test
    void shouldFailWhenTheWorkWasNotDone() {
        Finish finish = new Finish(2);
        finish.done(3);
        finish.done(4);
        assertThrows(IllegalStateException.class, () -> finish.await(8));
        finish.await(7);
    }

    @Test
    void shouldRefuseEnginesThatAreNot() {
        assertThrows(IllegalArgumentException.class, () -> Engines.start("akka"));
    }
}
