package dev.espalier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/guide/from-the-seeds.md` has every name of the documents that Espalier comes from, and what it names
/// beside them exists.
class SeedNamesTest {
    /// The names of each document, as it writes them.
    private static final Map<String, List<String>> NAMES = Map.of(
            "Conpig", names("""
                forkIO runMain MVars Channels Semaphores Greenlet GIL green+thread scheduler signals print
                processes OS+threads parallel+python data+structures
                """),
            "mo-threads", names("""
                threads parent please_stop interrupt() abort() logging profiling cProfiler exception
                serialization multi-threaded+queue Actors asynch yield+from wait_for_go timeout till is_go
                on_go target Signal.go() -+-+-+Semaphore -+B+-+Binary+Semaphore R+-+-+Monitor R+B+-+Lock
                -+-+I+Progress -+B+I+Signal R+-+I R+B+I
                """),
            "Nim's greenlet", names("""
                newGreenlet g.switchTo g.destroy g.inject g.reset rootGreenlet currentGreenlet
                parentGreenlet g.started g.dead proc echo pointer __thread pthread_getspecific mmap
                VirtualAlloc PROT_NONE sigaltstack makecontext Fiber _greenlet_callnewstack
                _greenlet_setjmp_fast _greenlet_longjmp_fast inject_func setjmp longjmp sigsetjmp siglongjmp
                getcontext setcontext Thread-local allocation stack+switching context+switching
                million+context+switches
                """),
            "thredo", names("""
                thredo.Queue thredo.spawn thredo.sleep thredo.run thredo.ThreadGroup wait=None
                thredo.ThreadCancelled thredo.Lock workers.spawn q.get q.put q.put(None) q.task_done q.join
                t.start t.join threading.Thread threading.Lock queue.Queue time.sleep concurrent.futures
                Future cancel async Curio
                """),
            "lthread", names("""
                lthread lthread_create lthread_run lthread_compute_begin lthread_compute_end
                lthread_compute_scheduler _swap epoll kqueue rbtree pthread madvise condition+variable
                blocking+calls locks cmake lthread.h -llthread
                """));

    /// Whose methods are meant by `x.method()`.
    private static final Map<String, String> VARIABLES = Map.of(
            "ctx",
            "ActorContext",
            "ref",
            "ActorRef",
            "inbox",
            "Inbox",
            "fork",
            "Fork",
            "group",
            "Group",
            "g",
            "Coroutine");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern CALL = Pattern.compile("(?:(\\w+)\\.)?([a-z]\\w*)(?:\\(.*\\))?");
    private static final Pattern TYPE = Pattern.compile("[A-Z]\\w+");
    private static final List<String> PACKAGES = List.of("dev.espalier.sync.", "dev.espalier.actor.", "java.lang.");

    private record Row(String there, String here) {}

    private static List<String> names(String text) {
        return Arrays.stream(text.strip().split("\\s+"))
                .map(name -> name.replace('+', ' '))
                .toList();
    }

    @Test
    void shouldHaveEveryNameOfTheDocuments() throws IOException {
        Map<String, List<Row>> tables = tables();
        List<String> missing = new ArrayList<>();
        NAMES.forEach((document, names) -> {
            List<Row> rows = tables.getOrDefault(document, List.of());
            names.stream()
                    .filter(name -> rows.stream().noneMatch(row -> has(row.there, name)))
                    .forEach(name -> missing.add(document + ": " + name));
        });
        assertEquals(List.of(), missing);
    }

    private static boolean has(String cell, String name) {
        return cell.replace("`", "").toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT));
    }

    @Test
    void shouldNameOnlyWhatExists() throws IOException {
        List<String> wrong = new ArrayList<>();
        int found = 0;
        for (List<Row> rows : tables().values()) {
            for (Row row : rows) {
                found += check(row.here, wrong);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(found > 80, "only " + found + " names were looked for");
    }

    @Test
    void shouldSeeWhatDoesNotExist() {
        List<String> wrong = new ArrayList<>();
        assertEquals(4, check("`Queue`, `add(item)`, `fork.get()`, `Signal.or`", wrong));
        assertEquals(List.of(), wrong);
        check("`Quene`, `Queue`, `put`, `fork.gett()`, `Signal.nor`", wrong);
        assertEquals(List.of("Quene", "put", "fork.gett()", "Signal.nor"), wrong);
    }

    /// @param wrong to be filled with the names that do not exist
    /// @return how many were looked for
    private static int check(String cell, List<String> wrong) {
        int count = 0;
        Class<?> last = null;
        for (String code : CODE.matcher(cell).results().map(hit -> hit.group(1)).toList()) {
            if (TYPE.matcher(code).matches()) {
                last = type(code);
                count++;
                if (last == null) {
                    wrong.add(code);
                }
            } else if (CALL.matcher(code).matches()) {
                MatchResult call = CALL.matcher(code).results().findFirst().orElseThrow();
                String of = call.group(1);
                Class<?> owner = of == null ? last : type(VARIABLES.getOrDefault(of, of));
                if (owner == null && of == null) {
                    continue; // the first word of a cell, such as a library or a method of the JDK
                }
                last = owner;
                count++;
                if (!hasMethod(owner, call.group(2))) {
                    wrong.add(code);
                }
            }
        }
        return count;
    }

    private static Class<?> type(String name) {
        for (String each : PACKAGES) {
            try {
                return Class.forName(each + name);
            } catch (ClassNotFoundException | LinkageError e) {
                // In another package, perhaps.
            }
        }
        return null;
    }

    private static boolean hasMethod(Class<?> type, String name) {
        return type != null
                && Stream.of(type.getMethods())
                        .anyMatch(method -> method.getName().equals(name));
    }

    /// The rows of each section's table, without its head.
    private static Map<String, List<Row>> tables() throws IOException {
        Map<String, List<Row>> tables = new TreeMap<>();
        String section = "";
        for (String line : Files.readAllLines(page())) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.startsWith("| ") && !line.startsWith("| there ")) {
                String[] cells = line.replace("\\|", "/").split(" ?\\| ?", -1);
                tables.computeIfAbsent(section, none -> new ArrayList<>()).add(new Row(cells[1], cells[2]));
            }
        }
        return tables;
    }

    private static Path page() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("docs/guide"))) {
            at = at.getParent();
        }
        return at.resolve("docs/guide/from-the-seeds.md");
    }
}
