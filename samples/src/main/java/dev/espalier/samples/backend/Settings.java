package dev.espalier.samples.backend;

import java.time.Duration;

/// What can be set.
///
/// @param port 0 for a free one
/// @param db where the orders are: `jdbc:h2:file:...` or `jdbc:postgresql:...`
/// @param deadline what an order may take
/// @param inFlight more requests at once are answered by 503
/// @param perCustomer more waiting orders of one customer are answered by 429
/// @param idle how long a customer without orders keeps its actor
/// @param lameDuck how long orders are still taken after `/ready` has turned 503; a third of it without a
///     request ends the stop of the server
/// @param downstreamLife about how many calls the pricing service survives
record Settings(
        int port,
        String db,
        Duration deadline,
        int inFlight,
        int perCustomer,
        Duration idle,
        Duration lameDuck,
        int downstreamLife) {
    static final Duration BUDGET = Duration.ofSeconds(20);
    static final int LARGEST_BODY = 4_096;

    static Settings of(int port, String db) {
        return new Settings(
                port, db, Duration.ofSeconds(2), 512, 64, Duration.ofMinutes(1), Duration.ofMillis(300), 1_000);
    }

    /// A database in a file. Its durability is real (a commit is on the disk), and it is closed by us, not by a
    /// hook.
    static String h2(String file) {
        return "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }
}
