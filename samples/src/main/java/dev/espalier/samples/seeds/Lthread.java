package dev.espalier.samples.seeds;

import java.io.PrintStream;

/// What lthread is for: a server whose requests sleep, compute and block without holding each other up, and a
/// million green threads at once.
///
/// Usage: `samples/run seeds/lthread [THREADS]`; the launcher gives the JVM a heap that keeps the process below
/// 2 GB.
public final class Lthread {
    private static final int MILLION = 1_000_000;

    private Lthread() {}

    static boolean run(PrintStream out, int threads) throws Exception {
        Checks checks = new Checks(out);
        try (LthreadServer server = new LthreadServer()) {
            new LthreadLoad(server.port(), checks).run(server);
        }
        new LthreadParked(threads, checks).run();
        return checks.allRight();
    }

    public static void main(String[] args) throws Exception {
        System.exit(run(System.out, args.length == 0 ? MILLION : Integer.parseInt(args[0])) ? 0 : 1);
    }
}
