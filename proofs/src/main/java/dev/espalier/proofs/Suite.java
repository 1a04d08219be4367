package dev.espalier.proofs;

import java.io.PrintStream;
import java.util.List;

/// One way to attack the promises. Found as a service.
public interface Suite {
    /// One word, in lower case.
    String name();

    /// Runs all of it.
    ///
    /// @param all whether it may take hours; else it takes a minute at most
    /// @param args what the caller has given besides; most suites have no use for it
    /// @param console where to say what goes on
    /// @return one row for each attack
    List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception;
}
