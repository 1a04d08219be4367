package dev.espalier.samples.backend;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Compares answers with rows.
final class Comparison {
    /// One answer.
    ///
    /// @param bad whether the request was
    record Answered(boolean bad, int status, JsonNode body) {
        boolean isStored() {
            return status == 200 || status == 201;
        }
    }

    private final List<Answered> answers;
    private final List<String> wrong = new ArrayList<>();

    Comparison(List<Answered> answers) {
        this.answers = answers;
    }

    /// What is not right.
    List<String> wrong() {
        return wrong;
    }

    void check(boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }

    /// Row by row, and the running totals.
    ///
    /// @return how many rows there are
    int withRowsOf(String db) throws SQLException {
        Map<String, Order> expected = new HashMap<>();
        Map<String, Integer> created = new HashMap<>();
        for (Answered answer : answers) {
            check(answer.bad ? answer.status == 400 : answer.isStored(), "unexpected: " + answer);
            if (answer.isStored()) {
                Order order = order(answer.body);
                expected.put(order.id(), order);
                created.merge(order.id(), answer.status == 201 ? 1 : 0, Integer::sum);
            }
        }
        created.forEach((id, times) -> check(times == 1, id + " was created " + times + " times"));
        Map<String, Order> rows = rows(db);
        expected.forEach((id, order) -> check(order.equals(rows.get(id)), "not stored as answered: " + order));
        rows.forEach((id, order) -> check(expected.containsKey(id), "stored and never answered: " + order));
        checkTotals();
        return rows.size();
    }

    /// A customer's orders came one after the other, so each total is the one before plus the new order.
    private void checkTotals() {
        Map<String, NavigableMap<Long, Long>> byCustomer = new HashMap<>();
        answers.stream()
                .filter(answer -> answer.status == 201)
                .forEach(answer -> byCustomer
                        .computeIfAbsent(answer.body.path("customer").textValue(), name -> new TreeMap<>())
                        .put(
                                answer.body.path("customerTotalCents").longValue(),
                                answer.body.path("totalCents").longValue()));
        byCustomer.forEach((name, costByTotal) -> {
            long sum = 0;
            for (Map.Entry<Long, Long> entry : costByTotal.entrySet()) {
                sum += entry.getValue();
                check(sum == entry.getKey(), "the total of " + name + " was " + entry.getKey() + ", not " + sum);
            }
        });
    }

    static Order order(JsonNode json) {
        return new Order(
                json.path("id").textValue(),
                json.path("customer").textValue(),
                json.path("item").textValue(),
                json.path("quantity").intValue(),
                json.path("totalCents").longValue());
    }

    static Map<String, Order> rows(String db) throws SQLException {
        Map<String, Order> rows = new HashMap<>();
        try (Connection connection = DriverManager.getConnection(db);
                Statement sql = connection.createStatement();
                ResultSet row = sql.executeQuery("SELECT * FROM orders")) {
            while (row.next()) {
                Order order = Database.order(row);
                rows.put(order.id(), order);
            }
        }
        return rows;
    }
}
