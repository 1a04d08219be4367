package dev.espalier.sync;

import java.util.List;

/// A wait of a group's owner for its forks: for all that run, or, where one is enough, for the last.
final class GroupWait extends WaitsFor {
    private final GroupBook<?> book;
    private final boolean forAny;
    private final String group;

    GroupWait(GroupBook<?> book, String group, boolean forAny, Remedy remedy) {
        super(remedy, false);
        this.book = book;
        this.group = group;
        this.forAny = forAny;
    }

    void await(Runnable wait) {
        enter();
        try {
            wait.run();
        } finally {
            exit();
        }
    }

    /// A fork has ended.
    void lookAgain() {
        if (forAny) {
            look();
        }
    }

    @Override
    protected List<Strand> targets() {
        List<Strand> strands = book.strands();
        return forAny && book.running() > 1 ? List.of() : strands;
    }

    @Override
    protected String what() {
        return "waits for the forks of " + group;
    }
}
