package dev.espalier.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/// The command that gets out of a [Journal] what a killed process had taken and not written.
///
/// `java -cp ... dev.espalier.logging.Recover JOURNAL` prints it, `... JOURNAL LOG` appends it to the log,
/// which is forced to the disk. What the log has already is left out; doing it twice gives nothing new. Exit
/// codes: 0 done, 1 the journal or the log cannot be used, 2 wrong arguments.
final class Recover {
    private Recover() {}

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] arguments) {
        int code = run(arguments, new FileOutputStream(FileDescriptor.out), System.err);
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(String[] arguments, OutputStream out, PrintStream messages) {
        if (arguments.length < 1 || arguments.length > 2) {
            messages.println("Usage: java -cp ... " + Recover.class.getName() + " JOURNAL [LOG]");
            messages.println("Prints the events that a killed process had not written, or appends them to LOG.");
            return 2;
        }
        try (JournalFile journal = JournalFile.openExisting(Path.of(arguments[0]))) {
            String to = arguments.length == 2 ? arguments[1] : "standard output";
            int given = arguments.length == 2 ? append(journal, Path.of(arguments[1])) : print(journal, out);
            messages.println(given + " events recovered from " + arguments[0] + " to " + to);
            return 0;
        } catch (IOException | RuntimeException e) {
            messages.println(e instanceof IOException ? e.getMessage() : e.toString());
            return 1;
        }
    }

    private static int print(JournalFile journal, OutputStream out) throws IOException {
        List<Recovery.Entry> missing = journal.log().isEmpty()
                ? Recovery.read(journal)
                : Recovery.compare(journal, Path.of(journal.log())).missing();
        Recovery.write(missing, journal, new BufferedOutputStream(out));
        Recovery.settle(journal);
        return missing.size();
    }

    private static int append(JournalFile journal, Path log) throws IOException {
        Recovery.Comparison comparison = Recovery.compare(journal, log);
        List<Recovery.Entry> missing = comparison.missing();
        try (FileOutputStream file = new FileOutputStream(log.toFile(), true)) {
            if (comparison.cutAt() >= 0) {
                file.getChannel().truncate(comparison.cutAt()); // the whole of it is among the missing
            } else if (!missing.isEmpty() && Recovery.endsWithinLine(log)) {
                file.write(System.lineSeparator().getBytes(UTF_8));
            }
            Recovery.write(missing, journal, new BufferedOutputStream(file));
            file.getFD().sync();
        }
        Recovery.settle(journal);
        return missing.size();
    }
}
