package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.Body;
import dev.espalier.actor.Inbox;
import dev.espalier.actor.ReplyTo;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes orders: what waits in the mailbox becomes one transaction, and only then each request is answered.
/// The one who asked has the answer after the commit, so what was answered is in the database.
final class Writer implements Body<Writer.Store> {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int BATCH = 256;

    record Store(Order order, ReplyTo<Written> replyTo) {}

    /// The order as it stands in the database.
    ///
    /// @param now false if it stood there before
    record Written(Order order, boolean now) {}

    private final String url;

    Writer(String url) {
        this.url = url;
    }

    @Override
    public void run(Inbox<Store> inbox, ActorContext<Store> ctx) throws SQLException {
        long written = 0;
        long batches = 0;
        try (Connection db = DriverManager.getConnection(url)) {
            db.setAutoCommit(false);
            // The batch is empty when pleaseStop has gone and the mailbox is drained.
            for (List<Store> batch = next(inbox); !batch.isEmpty(); batch = next(inbox)) {
                written += write(db, batch);
                batches++;
            }
        }
        LOG.info("writer: {} orders in {} transactions", written, batches);
    }

    private static List<Store> next(Inbox<Store> inbox) {
        return inbox.receiveBatch(BATCH);
    }

    private static int write(Connection db, List<Store> batch) throws SQLException {
        Map<String, Order> stored;
        Set<String> fresh = new HashSet<>();
        try {
            stored = stored(db, batch);
            try (PreparedStatement insert = db.prepareStatement("INSERT INTO orders VALUES (?, ?, ?, ?, ?)")) {
                for (Store store : batch) {
                    if (stored.putIfAbsent(store.order().id(), store.order()) == null) {
                        fresh.add(store.order().id());
                        add(insert, store.order());
                    }
                }
                insert.executeBatch();
            }
            db.commit();
        } catch (SQLException e) {
            batch.forEach(store -> store.replyTo().fail(e));
            throw e; // the supervisor starts us again, with a new connection and the same mailbox
        }
        int count = fresh.size();
        for (Store store : batch) {
            String id = store.order().id();
            store.replyTo().reply(new Written(stored.getOrDefault(id, store.order()), fresh.remove(id)));
        }
        return count;
    }

    /// Those of the batch that the database has already.
    private static Map<String, Order> stored(Connection db, List<Store> batch) throws SQLException {
        Map<String, Order> stored = new HashMap<>();
        String places = String.join(", ", Collections.nCopies(batch.size(), "?"));
        try (PreparedStatement sql = db.prepareStatement("SELECT * FROM orders WHERE id IN (" + places + ")")) {
            for (int i = 0; i < batch.size(); i++) {
                sql.setString(i + 1, batch.get(i).order().id());
            }
            try (ResultSet rows = sql.executeQuery()) {
                while (rows.next()) {
                    Order order = Database.order(rows);
                    stored.put(order.id(), order);
                }
            }
        }
        return stored;
    }

    private static void add(PreparedStatement insert, Order order) throws SQLException {
        insert.setString(1, order.id());
        insert.setString(2, order.customer());
        insert.setString(3, order.item());
        insert.setInt(4, order.quantity());
        insert.setLong(5, order.totalCents());
        insert.addBatch();
    }
}
