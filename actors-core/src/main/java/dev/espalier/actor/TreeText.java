package dev.espalier.actor;

import java.util.ArrayDeque;
import java.util.List;

/// The living tree as text.
final class TreeText {
    private record Node(Cell<?> cell, int depth) {}

    private TreeText() {}

    static String of(Cell<?> root, int most) {
        StringBuilder text = new StringBuilder();
        ArrayDeque<Node> open = new ArrayDeque<>(List.of(new Node(root, 0)));
        int lines = 0;
        for (Node at = open.pollFirst(); at != null; at = open.pollFirst()) {
            if (lines++ == most) {
                return text.append("  ...\n").toString();
            }
            Cell<?> cell = at.cell;
            Ledger ledger = cell.ledger();
            text.repeat("  ", at.depth)
                    .append(at.depth == 0 ? cell.path() : cell.name())
                    .append("  ")
                    .append(cell.state().name().toLowerCase(java.util.Locale.ROOT));
            if (cell.life.incarnation() > 1) {
                text.append(" #").append(cell.life.incarnation());
            }
            if (ledger.accepted() > 0) {
                text.append("  ")
                        .append(ledger.processed())
                        .append(" processed, ")
                        .append(ledger.queued())
                        .append(" queued");
            }
            text.append('\n');
            for (Cell<?> child : cell.childrenInOrder().reversed()) {
                open.addFirst(new Node(child, at.depth + 1));
            }
        }
        return text.toString();
    }
}
