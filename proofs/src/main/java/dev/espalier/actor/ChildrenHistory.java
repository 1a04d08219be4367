package dev.espalier.actor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;

/// Spawners, children that end, and the stop, at the children of one actor: the names by which actors are found.
public class ChildrenHistory {
    private static final List<Cell<?>> CELLS = List.of(cell("a"), cell("a"), cell("b"));

    private final ChildSet children = new ChildSet(RunWordProof.SYSTEM.root());

    private static Cell<String> cell(String name) {
        ActorSpec<String> spec = ActorSpec.behavior(name, () -> (message, ctx) -> {});
        return new Cell<>(RunWordProof.SYSTEM, RunWordProof.SYSTEM.root(), spec);
    }

    private static String name(@Nullable Cell<?> child) {
        return child == null ? "none" : "number " + CELLS.indexOf(child);
    }

    @Operation
    public String add(@Param(gen = IntGen.class, conf = "0:2") int number) {
        try {
            return children.add(CELLS.get(number)) == null ? "new" : "it was listed";
        } catch (NameTakenException e) {
            return "taken";
        } catch (SpawnRefusedException e) {
            return "refused";
        }
    }

    @Operation
    public void end(@Param(gen = IntGen.class, conf = "0:2") int number) {
        children.remove(CELLS.get(number), true);
        children.left();
    }

    @Operation
    public void shut() {
        children.shut();
    }

    @Operation
    public String find(@Param(gen = IntGen.class, conf = "0:2") int number) {
        return name(children.get(CELLS.get(number).name()));
    }

    @Operation
    public String newest() {
        return name(children.newest());
    }

    @Operation
    public String inOrder() {
        return children.inOrder().stream().map(ChildrenHistory::name).toList().toString();
    }

    @Operation
    public String counts() {
        return children.counts().toString();
    }

    @Operation
    public String delete(@Param(gen = IntGen.class, conf = "0:2") int number) {
        return children.delete(CELLS.get(number).name()).name();
    }

    /// A child is looked for, whether there is one of the name and whether more are taken, and is then put.
    public static class Twin {
        private final Map<String, Integer> living = new LinkedHashMap<>();
        private boolean open = true;

        private synchronized String look(int number) {
            String name = CELLS.get(number).name();
            return !open ? "refused" : living.containsKey(name) ? "taken" : "new";
        }

        private synchronized void put(int number) {
            living.put(CELLS.get(number).name(), number);
        }

        @Operation
        public String add(@Param(gen = IntGen.class, conf = "0:2") int number) {
            String said = look(number);
            if (said.equals("new")) {
                put(number);
            }
            return said;
        }

        @Operation
        public synchronized void shut() {
            open = false;
        }

        @Operation
        public synchronized String inOrder() {
            return living.values().toString();
        }
    }
}
