package dev.espalier.sync;

import java.lang.Thread.State;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// What a [SimGround] knows of a strand. All fields are guarded by the ground's lock, but the baton, which the
/// giver sets and the taker clears.
final class SimSeat {
    final Strand strand;
    private volatile boolean baton;
    boolean started;
    boolean parked;
    boolean permit;
    int refusals;
    SimAlarms.Alarm alarm;

    SimSeat(Strand strand) {
        this.strand = strand;
    }

    /// The seat of a strand that lives in a simulation.
    static SimSeat of(Strand strand) {
        if (strand.seat instanceof SimSeat seat) {
            return seat;
        }
        throw new IllegalStateException("not a strand of a simulation: " + strand);
    }

    /// Lets it run.
    void giveBaton() {
        if (started) {
            baton = true;
            LockSupport.unpark(strand.thread());
        } else {
            started = true;
            strand.thread().start();
        }
    }

    /// Waits until it may run again. An interrupt does not end that wait.
    void awaitBaton() {
        boolean interrupted = false;
        while (!baton) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // a set flag would make this loop spin
        }
        baton = false;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Where they are, for people.
    static String stacks(Collection<SimSeat> seats) {
        var text = new StringBuilder();
        for (SimSeat seat : List.copyOf(seats)) {
            Thread thread = seat.strand.thread();
            text.append("\n  strand ").append(thread.getName());
            if (thread.getState() == State.NEW) {
                text.append(" (not started)");
            }
            for (StackTraceElement frame : thread.getStackTrace()) {
                String type = frame.getClassName();
                if (!type.startsWith("java.lang.")
                        && !type.equals(SimGround.class.getName())
                        && !type.equals(SimSeat.class.getName())) {
                    text.append("\n      at ").append(frame);
                }
            }
        }
        return text.toString();
    }
}
