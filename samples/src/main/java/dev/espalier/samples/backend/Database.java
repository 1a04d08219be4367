package dev.espalier.samples.backend;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.ReplyTo;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database: makes the table, answers reads, and keeps the file open until everybody else has stopped. An
/// SQLException is not caught: the asker gets it, and the supervisor opens a new connection.
final class Database implements Behavior<Database.Message> {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    sealed interface Message {
        record Find(String id, ReplyTo<Optional<Order>> replyTo) implements Message {}

        /// What a customer has ordered in all.
        record Total(String customer, ReplyTo<Long> replyTo) implements Message {}
    }

    private final String url;
    private @Nullable Connection connection;

    Database(String url) {
        this.url = url;
    }

    @Override
    public void onStart(ActorContext<Message> ctx) throws SQLException {
        Connection opened = DriverManager.getConnection(url);
        connection = opened;
        try (Statement sql = opened.createStatement()) {
            sql.execute("CREATE TABLE IF NOT EXISTS orders (id VARCHAR(64) PRIMARY KEY, customer VARCHAR(64) NOT NULL,"
                    + " item VARCHAR(64) NOT NULL, quantity INT NOT NULL, total_cents BIGINT NOT NULL)");
            sql.execute("CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer)");
        }
        LOG.info("database open: {}", withoutOptions(url));
    }

    @Override
    public void onMessage(Message message, ActorContext<Message> ctx) throws SQLException {
        switch (message) {
            case Message.Find(String id, ReplyTo<Optional<Order>> replyTo) -> replyTo.reply(find(id));
            case Message.Total(String customer, ReplyTo<Long> replyTo) -> replyTo.reply(total(customer));
        }
    }

    /// They may hold a password.
    private static String withoutOptions(String url) {
        return url.replaceFirst("[?;].*", "");
    }

    private Optional<Order> find(String id) throws SQLException {
        try (PreparedStatement sql = prepare("SELECT * FROM orders WHERE id = ?", id);
                ResultSet rows = sql.executeQuery()) {
            return rows.next() ? Optional.of(order(rows)) : Optional.empty();
        }
    }

    private long total(String customer) throws SQLException {
        try (PreparedStatement sql = prepare("SELECT SUM(total_cents) FROM orders WHERE customer = ?", customer);
                ResultSet rows = sql.executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    private PreparedStatement prepare(String text, String value) throws SQLException {
        Connection open = connection;
        if (open == null) {
            throw new SQLException("The database is not open");
        }
        PreparedStatement sql = open.prepareStatement(text);
        sql.setString(1, value);
        return sql;
    }

    static Order order(ResultSet row) throws SQLException {
        return new Order(
                row.getString("id"),
                row.getString("customer"),
                row.getString("item"),
                row.getInt("quantity"),
                row.getLong("total_cents"));
    }

    @Override
    public void beforeRestart(ActorContext<Message> ctx) throws SQLException {
        close();
    }

    @Override
    public void onStop(ActorContext<Message> ctx) throws SQLException {
        close();
        LOG.info("database closed");
    }

    private void close() throws SQLException {
        Connection open = connection;
        if (open != null) {
            open.close();
        }
    }
}
