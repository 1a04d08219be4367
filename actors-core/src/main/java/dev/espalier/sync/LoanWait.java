package dev.espalier.sync;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A wait for an [MVar]: while the value is on loan, who has borrowed it must act.
final class LoanWait extends WaitsFor {
    private final MVar<?> box;
    private final Place place;

    LoanWait(MVar<?> box, Place place, boolean limited) {
        super(Remedy.FAIL, limited);
        this.box = box;
        this.place = place;
    }

    boolean await(long deadlineNanos, @Nullable Signal till) {
        enter();
        try {
            return place.await(box, deadlineNanos, till);
        } finally {
            exit();
        }
    }

    @Override
    protected List<Strand> targets() {
        Strand borrower = box.borrower();
        return borrower == null ? List.of() : List.of(borrower);
    }

    @Override
    protected boolean isPending() {
        return !place.standing.isOver();
    }

    @Override
    protected String what() {
        Strand borrower = box.borrower();
        return "waits for " + box
                + (borrower == null ? "" : " to " + borrower.thread().getName());
    }
}
