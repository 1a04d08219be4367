package dev.espalier.benchmarks.engine;

import java.util.List;

/// The engines by name; the only place that knows which there are.
public final class Engines {
    /// Espalier behaviors, on the default scheduler.
    public static final String ESPALIER = "espalier";
    /// Espalier behaviors with a green thread each for life.
    public static final String ESPALIER_DEDICATED = "espalier-dedicated";
    /// Pekko Typed as it comes.
    public static final String PEKKO = "pekko";
    /// Pekko Typed with the dispatcher that was found best here.
    public static final String PEKKO_TUNED = "pekko-tuned";
    /// A green thread and a jox channel for each actor.
    public static final String JOX = "jox";
    /// A coroutine and a channel for each actor.
    public static final String KOTLIN = "kotlin";
    /// A green thread and a `LinkedBlockingQueue` for each actor.
    public static final String THREADS = "threads";

    /// All of them, ours first.
    public static final List<String> ALL =
            List.of(ESPALIER, ESPALIER_DEDICATED, PEKKO, PEKKO_TUNED, JOX, KOTLIN, THREADS);

    private Engines() {}

    /// Starts one.
    ///
    /// @throws IllegalArgumentException if there is none of that name
    public static Engine start(String name) {
        return switch (name) {
            case ESPALIER -> new EspalierEngine(false);
            case ESPALIER_DEDICATED -> new EspalierEngine(true);
            case PEKKO -> PekkoEngine.standard();
            case PEKKO_TUNED -> PekkoEngine.tuned();
            case JOX -> new ThreadEngine(JoxActor::new, JoxActor::ask);
            case KOTLIN -> new KotlinEngine();
            case THREADS -> new ThreadEngine(QueueActor::new, QueueActor::ask);
            default -> throw new IllegalArgumentException("There is no engine " + name + ", only " + ALL);
        };
    }
}
