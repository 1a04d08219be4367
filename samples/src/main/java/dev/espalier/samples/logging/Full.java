package dev.espalier.samples.logging;

import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/// The child JVM that gets a SIGTERM while its queue is full, and its sink takes 50 µs for each line.
final class Full {
    static final int EACH = 65_536 / Producers.COUNT;

    private Full() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream parent = System.out;
        SlowStream slow = new SlowStream(new FileOutputStream(System.getProperty("log.file")));
        System.setOut(new PrintStream(slow, true, StandardCharsets.UTF_8));
        Producers.run(0, (producer, from) -> {
            for (int i = 0; i < EACH; i++) {
                Producers.log(producer, i);
            }
        });
        parent.println("waiting " + (EACH * Producers.COUNT - slow.lines()));
        parent.println("ready");
        while (true) {
            LockSupport.park();
        }
    }
}
