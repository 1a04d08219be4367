package dev.espalier.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What a primitive should do, written as plainly as possible: calls that wait in the order in which they came, and a
/// rule that says which of them can be answered now.
abstract class Model {
    /// One call of one strand.
    static final class Call {
        final String operation;
        final Object argument;
        Object answer;

        Call(String operation, Object argument) {
            this.operation = operation;
            this.argument = argument;
        }

        boolean isAnswered() {
            return answer != null;
        }

        void answer(Object with) {
            answer = with;
        }

        @Override
        public String toString() {
            return operation + "(" + argument + ") = " + answer;
        }
    }

    private final List<Call> waiting = new ArrayList<>();

    Call call(String operation, Object argument) {
        var call = new Call(operation, argument);
        waiting.add(call);
        settle();
        return call;
    }

    void giveUp(Call call) {
        waiting.remove(call);
        settle();
    }

    private void settle() {
        while (step()) {
            waiting.removeIf(Call::isAnswered);
        }
    }

    /// Answers one call, or some that go together; false if none can be answered.
    abstract boolean step();

    Call first(Predicate<Call> which) {
        return waiting.stream()
                .filter(call -> !call.isAnswered())
                .filter(which)
                .findFirst()
                .orElse(null);
    }

    Call first(String operation) {
        return first(call -> call.operation.equals(operation));
    }

    int waiting() {
        return waiting.size();
    }

    static final class OfSemaphore extends Model {
        long free;

        OfSemaphore(long free) {
            this.free = free;
        }

        @Override
        boolean step() {
            Call release = first("release");
            if (release != null) {
                free += (Long) release.argument;
                release.answer(true);
                return true;
            }
            Call acquire = first("acquire");
            if (acquire == null || (Long) acquire.argument > free) {
                return false;
            }
            free -= (Long) acquire.argument;
            acquire.answer(true);
            return true;
        }
    }

    static final class OfMVar extends Model {
        Object value;

        @Override
        boolean step() {
            if (value == null) {
                Call put = first("put");
                if (put == null) {
                    return false;
                }
                value = put.argument;
                put.answer(true);
                return true;
            }
            Call read = first("read");
            Call out = read != null ? read : first(call -> call.operation.equals("take"));
            if (out == null) {
                return false;
            }
            out.answer(value);
            if (read == null) {
                value = null;
            }
            return true;
        }
    }

    /// With `ends` receiving ends, numbered; a rendezvous has the capacity 0.
    static final class OfChannel extends Model {
        final int capacity;
        final List<ArrayDeque<Object>> ends = new ArrayList<>();

        OfChannel(int capacity) {
            this.capacity = capacity;
            ends.add(new ArrayDeque<>());
        }

        @Override
        boolean step() {
            for (int i = 0; i < ends.size(); i++) {
                int end = i;
                Call receive = first(call -> call.operation.equals("receive") && call.argument.equals(end));
                if (receive != null && !ends.get(i).isEmpty()) {
                    receive.answer(ends.get(i).remove());
                    return true;
                }
            }
            Call send = first("send");
            if (send == null) {
                return false;
            }
            boolean room = capacity == 0
                    ? first("receive") != null
                    : ends.stream().allMatch(values -> values.size() < capacity);
            if (room) {
                ends.forEach(values -> values.add(send.argument));
                send.answer(true);
            }
            return room;
        }
    }
}
