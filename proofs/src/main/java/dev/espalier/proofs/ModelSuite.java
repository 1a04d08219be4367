package dev.espalier.proofs;

import edu.mit.csail.sdg.alloy4.A4Reporter;
import edu.mit.csail.sdg.ast.Command;
import edu.mit.csail.sdg.ast.Module;
import edu.mit.csail.sdg.parser.CompUtil;
import edu.mit.csail.sdg.translator.A4Options;
import edu.mit.csail.sdg.translator.TranslateAlloyToKodkod;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kodkod.engine.satlab.SATFactory;

/// The Alloy models of `src/main/alloy`, or those of them that the arguments name. A `check` passes if there is no
/// counter-example in its scope; that of a twin
/// if
/// there is one; a `run` if there is an instance, so that the model is not about nothing.
///
/// What is called Long takes minutes: it is for long runs only.
public final class ModelSuite implements Suite {
    private static final List<String> MODELS = List.of("Stop", "LateChild", "HandOver", "Close");

    @Override
    public String name() {
        return "model";
    }

    @Override
    public List<Row> run(boolean all, List<String> args, PrintStream console) throws IOException {
        List<String> picked = MODELS.stream().filter(args::contains).toList();
        List<Row> rows = new ArrayList<>();
        for (String model : picked.isEmpty() ? MODELS : picked) {
            Module world = parse(model);
            for (Command command : world.getAllCommands()) {
                if (all || !command.label.endsWith("Long")) {
                    rows.add(row(model, world, command));
                }
            }
        }
        return rows;
    }

    static Module parse(String model) throws IOException {
        String file = Path.of(model + ".als").toAbsolutePath().toString(); // Alloy looks it up like that
        Map<String, String> sources = new LinkedHashMap<>();
        try (InputStream in = ModelSuite.class.getResourceAsStream("/alloy/" + model + ".als")) {
            if (in == null) {
                throw new IOException("No such model: " + model);
            }
            sources.put(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return CompUtil.parseEverything_fromFile(A4Reporter.NOP, sources, file);
    }

    static Row row(String model, Module world, Command command) {
        var options = new A4Options();
        options.solver = SATFactory.DEFAULT; // SAT4J: pure Java
        options.noOverflow = true;
        long begin = System.nanoTime();
        var answer =
                TranslateAlloyToKodkod.execute_command(A4Reporter.NOP, world.getAllReachableSigs(), command, options);
        boolean found = answer.satisfiable();
        boolean bad = command.check == found;
        String seen = command.check
                ? found ? "**counter-example**" : "no counter-example"
                : found ? "instance" : "**no instance**";
        String what = String.format(Locale.ROOT, "%s, %.1f s", seen, (System.nanoTime() - begin) / 1e9);
        return new Row("model", model + " " + command.label, true, 1, bad ? 1 : 0, what);
    }
}
