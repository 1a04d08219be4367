package dev.espalier.sync;

import java.util.List;

/// A wait for an [MVar]: while the value is on loan, who has borrowed it must act.
final class LoanWait extends PlaceWait {
    private final MVar<?> box;

    LoanWait(MVar<?> box, Place place, boolean limited) {
        super(box, place, Remedy.FAIL, limited);
        this.box = box;
    }

    @Override
    protected List<Strand> targets() {
        Strand borrower = box.borrower();
        return borrower == null ? List.of() : List.of(borrower);
    }

    @Override
    protected String what() {
        Strand borrower = box.borrower();
        return super.what()
                + (borrower == null ? "" : " to " + borrower.thread().getName());
    }
}
