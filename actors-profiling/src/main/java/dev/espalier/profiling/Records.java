package dev.espalier.profiling;

import dev.espalier.actor.ActorRef;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Records by their actors, at 6 to 12 bytes for each: a node of a `ConcurrentHashMap` alone has 32, a quarter of what
/// an actor may cost.
///
/// *Idea.* Open addressing with linear steps, in [#PARTS] parts with a lock each. A record knows its actor,
/// so the table is an array of records.
///
/// | word | writer | reader | access |
/// |---|---|---|---|
/// | `slots` | who has the lock | all | volatile |
/// | its elements | who has the lock | all | volatile |
/// | `size`, `used` | who has the lock | the same | plain |
///
/// 1. From the place of an actor's hash to that of its record no slot is empty: one that is given up holds [#GONE]
///    until another record takes it, or the table is made anew.
/// 2. A third of the slots at least is empty, so that each search ends.
/// 3. A table that was replaced is not written any more: who still reads it sees what was there before.
/// 4. Who puts a record in and then finds that its actor lives (a volatile read) is seen by who ends the actor (a
///    volatile write) and then looks for it; therefore the elements are volatile, not release and acquire.
///
/// *Threads.* Thread-safe; who looks takes no lock, and sees what had been put before he looked. *Memory.* A part
/// shrinks when less than an eighth is used.
final class Records {
    private static final int PARTS = 16;
    private static final int LEAST = 8;
    private static final int MIX = 0x9E3779B9;
    private static final Object GONE = new Object();
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

    private static final class Part {
        private volatile @Nullable Object[] slots = new @Nullable Object[LEAST];
        private int size;
        /// With those that are gone.
        private int used;

        @Nullable
        ActorRecord find(ActorRef<?> actor, int hash) {
            @Nullable Object[] now = slots;
            int mask = now.length - 1;
            for (int i = hash & mask; ; i = (i + 1) & mask) {
                Object found = SLOT.getVolatile(now, i);
                if (found == null) {
                    return null;
                }
                if (found instanceof ActorRecord record && record.actor == actor) {
                    return record;
                }
            }
        }

        synchronized @Nullable ActorRecord putIfAbsent(ActorRecord fresh, int hash) {
            ActorRecord known = find(fresh.actor, hash);
            if (known == null) {
                if (3 * (used + 1) > 2 * slots.length) { // invariant 2
                    renew();
                }
                used += put(slots, fresh, hash) ? 1 : 0;
                size++;
            }
            return known;
        }

        /// @return whether the slot was empty
        private static boolean put(@Nullable Object[] to, ActorRecord record, int hash) {
            int mask = to.length - 1;
            int i = hash & mask;
            while (to[i] instanceof ActorRecord) {
                i = (i + 1) & mask;
            }
            boolean wasEmpty = to[i] == null;
            SLOT.setVolatile(to, i, record);
            return wasEmpty;
        }

        synchronized void remove(ActorRecord record, int hash) {
            @Nullable Object[] now = slots;
            int mask = now.length - 1;
            for (int i = hash & mask; now[i] != null; i = (i + 1) & mask) {
                if (now[i] == record) {
                    SLOT.setVolatile(now, i, GONE);
                    size--;
                    if (now.length > LEAST && 8 * size < now.length) {
                        renew();
                    }
                    return;
                }
            }
        }

        private void renew() {
            int length = LEAST;
            while (length < 2 * (size + 1)) {
                length <<= 1;
            }
            @Nullable Object[] fresh = new @Nullable Object[length];
            for (Object each : slots) {
                if (each instanceof ActorRecord record) {
                    put(fresh, record, hash(record.actor));
                }
            }
            used = size;
            slots = fresh;
        }

        void addTo(List<ActorRecord> all) {
            @Nullable Object[] now = slots;
            for (int i = 0; i < now.length; i++) {
                if (SLOT.getVolatile(now, i) instanceof ActorRecord record) {
                    all.add(record);
                }
            }
        }
    }

    private final Part[] parts = new Part[PARTS];

    Records() {
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new Part();
        }
    }

    private static int hash(ActorRef<?> actor) {
        return (System.identityHashCode(actor) * MIX) >>> 4; // the lowest are the same for neighbours
    }

    private Part part(int hash) {
        return parts[(hash >>> 24) & (PARTS - 1)];
    }

    @Nullable
    ActorRecord find(ActorRef<?> actor) {
        int hash = hash(actor);
        return part(hash).find(actor, hash);
    }

    /// Puts it in, unless its actor has another one.
    ///
    /// @return the one that was there; null if there was none
    @Nullable
    ActorRecord putIfAbsent(ActorRecord fresh) {
        int hash = hash(fresh.actor);
        return part(hash).putIfAbsent(fresh, hash);
    }

    /// Takes out this record, if it is there.
    void remove(ActorRecord record) {
        int hash = hash(record.actor);
        part(hash).remove(record, hash);
    }

    /// Those that are there now; what comes or goes meanwhile may be among them.
    List<ActorRecord> all() {
        List<ActorRecord> all = new ArrayList<>();
        for (Part part : parts) {
            part.addTo(all);
        }
        return all;
    }
}
