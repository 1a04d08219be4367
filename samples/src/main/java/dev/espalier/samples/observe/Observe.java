package dev.espalier.samples.observe;

import dev.espalier.actor.ActorSystem;
import dev.espalier.observer.Observer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A text `top` for a terminal, against the JSON of an observer.
///
/// Usage: `samples/run observe [ADDRESS] [--rounds N]`. The address is the one that the observed process has
/// logged, with the token behind the `#`. Without one it observes a small tree of its own. It looks once a second, for
/// ever or N times, and fails if it could not.
public final class Observe {
    private static final String USAGE = "usage: observe [http://HOST:PORT/#TOKEN] [--rounds N]";
    private static final int OWN_ROUNDS = 5;
    private static final long SECOND = 1_000_000_000L;

    private Observe() {}

    /// What the command line asks for.
    ///
    /// @param rounds how often to look; 0: for ever, or five times at a tree of its own
    record Arguments(String address, int rounds) {
        /// @throws IllegalArgumentException with the reason
        static Arguments parse(List<String> words) {
            String address = "";
            int rounds = 0;
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                if (word.equals("--rounds")
                        && i + 1 < words.size()
                        && words.get(i + 1).matches("[1-9]\\d{0,5}")) {
                    rounds = Integer.parseInt(words.get(++i));
                } else if (word.matches("https?://[^#]+/?#\\S+") && address.isEmpty()) {
                    address = word;
                } else {
                    throw new IllegalArgumentException("what is " + word + "?");
                }
            }
            return new Arguments(address, rounds);
        }
    }

    /// Says whether every look was answered.
    static boolean run(PrintStream out, Arguments wanted) throws IOException {
        if (!wanted.address.isEmpty()) {
            return look(out, URI.create(wanted.address), wanted.rounds == 0 ? Integer.MAX_VALUE : wanted.rounds);
        }
        try (ActorSystem system =
                        ActorSystem.builder("nursery").handleSignals(false).start();
                Observer observer = Observer.start(system);
                Nursery nursery = new Nursery(system)) {
            out.println("The same in a browser: " + observer.address());
            return look(out, observer.address(), wanted.rounds == 0 ? OWN_ROUNDS : wanted.rounds)
                    && nursery.hasWorked();
        }
    }

    private static boolean look(PrintStream out, URI address, int rounds) {
        try (Top top = new Top(address)) {
            for (int i = 0; i < rounds; i++) {
                LockSupport.parkNanos(SECOND);
                out.print(top.screen());
                out.flush();
            }
            return true;
        } catch (IOException e) {
            out.println("The observer does not answer: " + e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public static void main(String[] args) throws IOException {
        Arguments wanted;
        try {
            wanted = Arguments.parse(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(2);
            return;
        }
        System.exit(run(System.out, wanted) ? 0 : 1);
    }
}
