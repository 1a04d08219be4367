package dev.espalier.proofs;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// A million actors, ten million messages, thirty systems one after the other. The short cut has a tenth of each.
public final class ScaleSuite implements Suite {
    @Override
    public String name() {
        return "scale";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws Exception {
        Scoreboard.quiet();
        int actors = all ? 1_000_000 : 100_000;
        long messages = all ? 10_000_000 : 1_000_000;
        int cycles = all ? 30 : 10;
        long seed = System.nanoTime() & 0xFFFFFF;
        List<Row> rows = new ArrayList<>();
        rows.add(new Cycles(cycles, Cycles.Mistake.NONE).run("Cycles"));
        rows.add(new Cycles(cycles, Cycles.Mistake.ACTOR).run("Cycles TwinActor"));
        rows.add(new Cycles(cycles, Cycles.Mistake.THREAD).run("Cycles TwinThread"));
        rows.add(new Cycles(cycles, Cycles.Mistake.TIMER).run("Cycles TwinTimer"));
        rows.add(new ManyActors(actors, ManyActors.Mistake.NONE).run("Actors"));
        rows.add(new ManyActors(actors, ManyActors.Mistake.LOSES).run("Actors TwinLoses"));
        rows.add(new ManyActors(actors, ManyActors.Mistake.ENDS_EARLY).run("Actors TwinEndsEarly"));
        rows.add(new ManyMessages(messages, seed, ManyMessages.Mistake.NONE).run("Messages"));
        rows.add(new ManyMessages(messages, seed, ManyMessages.Mistake.LOSES).run("Messages TwinLoses"));
        rows.add(new ManyMessages(messages, seed, ManyMessages.Mistake.DOUBLES).run("Messages TwinDoubles"));
        rows.add(new ManyMessages(messages, seed, ManyMessages.Mistake.OVERTAKES).run("Messages TwinOvertakes"));
        return rows;
    }
}
