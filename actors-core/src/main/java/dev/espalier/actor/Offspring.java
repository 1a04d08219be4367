package dev.espalier.actor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The children of a [Cell], most of which never have any: their [ChildSet] is made with the first one.
///
/// | `children` | meaning | next |
/// |---|---|---|
/// | null | there have been none | SHUT, a set |
/// | SHUT | there are none, and none may come | null (reopened), a set that is shut |
/// | a set | | none |
///
/// All transitions are by CAS.
abstract sealed class Offspring extends TicketGate permits Cell {
    private static final VarHandle CHILDREN;
    private static final Object SHUT = new Object();

    static {
        try {
            CHILDREN = MethodHandles.lookup().findVarHandle(Offspring.class, "children", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Object children;

    abstract Cell<?> self();

    Supervisor supervisor() {
        return children().supervisor();
    }

    ChildSet children() {
        Object now = children;
        while (!(now instanceof ChildSet)) {
            ChildSet fresh = new ChildSet(self());
            if (SHUT.equals(now)) {
                fresh.shut();
            }
            CHILDREN.compareAndSet(this, now, fresh);
            now = children;
        }
        return (ChildSet) now;
    }

    final @Nullable ChildSet childSet() {
        return children instanceof ChildSet set ? set : null;
    }

    boolean hasChildSet() {
        ChildSet set = childSet();
        return set != null && set.everUsed();
    }

    boolean hasLivingChildren() {
        ChildSet set = childSet();
        return set != null && !set.isEmpty();
    }

    @Nullable
    Cell<?> newestChild() {
        ChildSet set = childSet();
        return set == null ? null : set.newest();
    }

    List<Cell<?>> childrenInOrder() {
        ChildSet set = childSet();
        return set == null ? List.of() : set.inOrder();
    }

    void forEachChild(Consumer<Cell<?>> action) {
        childrenInOrder().reversed().forEach(action);
    }

    void shutChildren() {
        if (!CHILDREN.compareAndSet(this, null, SHUT)) {
            ChildSet set = childSet();
            if (set != null) {
                set.shut();
            }
        }
    }

    void reopenChildren() {
        CHILDREN.compareAndSet(this, SHUT, null);
        ChildSet set = childSet();
        if (set != null) {
            Supervisor any = set.supervisorIfAny();
            if (any != null) {
                any.forget();
            }
            set.reopen();
        }
    }

    /// This actor was judged, or its ancestor: what its children wait for is decided.
    void goOnSupervising() {
        Supervisor any = supervisorIfAny();
        if (any != null) {
            any.ownerGoesOn();
        }
    }

    final @Nullable Supervisor supervisorIfAny() {
        ChildSet set = childSet();
        return set == null ? null : set.supervisorIfAny();
    }

    /// This incarnation is to end: no child is restarted any more.
    void endSupervision() {
        Supervisor any = supervisorIfAny();
        if (any != null) {
            any.ownerEnds();
        }
    }
}
