package dev.espalier.observer;

import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/// All meters in the text format 0.0.4 of Prometheus.
///
/// *Source.* prometheus.io/docs/instrumenting/exposition_formats.
final class MetricsPart {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder(4_096);
    private final String system;

    private MetricsPart(String system) {
        this.system = "system=\"" + escaped(system) + "\"";
    }

    static byte[] of(ActorSystem system, Events events) {
        return new MetricsPart(system.name()).write(system, events).getBytes(StandardCharsets.UTF_8);
    }

    private String write(ActorSystem of, Events events) {
        Map<ByClass.Key, ByClass.Figures> all = events.byClass.read(of);
        for (Meter meter : Meter.values()) {
            head(meter.exposed(), meter.help, meter.counter);
            all.forEach((key, figures) -> line(
                    meter.exposed(),
                    ",class=\"" + escaped(key.type()) + "\",group=\"" + escaped(key.group()) + "\"",
                    meter.value.applyAsDouble(figures)));
        }
        head("espalier_dead_letters_total", "Messages that no actor has handled, by reason.", true);
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            line("espalier_dead_letters_total", ",reason=\"" + reason.name().toLowerCase(Locale.ROOT) + "\"", (double)
                    of.deadLetters().count(reason));
        }
        head("espalier_system_stopping", "1 from the beginning of the stop on.", false);
        line("espalier_system_stopping", "", of.isStopping() ? 1 : 0);
        return text.toString();
    }

    private void head(String name, String help, boolean counter) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(counter ? " counter\n" : " gauge\n");
    }

    private void line(String name, String labels, double value) {
        text.append(name).append('{').append(system).append(labels).append("} ");
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            text.append((long) value);
        } else {
            text.append(value);
        }
        text.append('\n');
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
