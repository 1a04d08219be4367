package dev.espalier.logging;

import ch.qos.logback.classic.LoggerContext;
import dev.espalier.actor.ActorSystem;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program of [StartUpTest]: logs, with an actor or without, and throws or not.
final class StartUpMain {
    static final int LINES = 200;

    private StartUpMain() {}

    public static void main(String[] arguments) {
        Logger log = LoggerFactory.getLogger("start.up");
        for (int i = 0; i < LINES; i++) {
            log.debug("line {}", i);
        }
        switch (arguments[0]) {
            case "context" -> {
                LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
                context.getLogger(Logger.ROOT_LOGGER_NAME)
                        .iteratorForAppenders()
                        .forEachRemaining(each -> System.out.println("root has " + each.getName()));
            }
            case "before" -> throw new IllegalStateException("before the system");
            case "after" -> {
                ActorSystem.start("shop")
                        .spawnBody("feed", (inbox, ctx) -> {
                            log.info("of the feed");
                            ctx.pleaseStop().waitForGo();
                            log.info("last of the feed");
                        })
                        .awaitReady(Duration.ofSeconds(10));
                throw new IllegalStateException("after the system");
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
