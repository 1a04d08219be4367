package dev.espalier.actor;

import static dev.espalier.actor.Trials.at;
import static dev.espalier.actor.Trials.crash;
import static dev.espalier.actor.Trials.fixed;
import static dev.espalier.actor.Trials.probe;
import static dev.espalier.actor.Trials.settle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.espalier.actor.Trials.Boom;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What becomes known of a failure, and to whom.
class FailureTest {
    @Test
    void shouldReachParentObserverAndSystemAsTheSameObject() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss =
                    system.spawn(probe("boss", events, probe("a", events).restart(Restart.TRANSIENT)));
            List<Failure> ofContext = new ArrayList<>();
            crash(at(system, "boss/a"));
            settle();
            boss.tell(ctx -> ofContext.addAll(ctx.failures()));
            settle();
            assertEquals(1, events.failures.size());
            Failure failure = events.failures.peek().failure();
            assertEquals(1, ofContext.size());
            assertSame(failure, ofContext.getFirst());
            assertEquals(1, events.childFailures.size());
            assertSame(failure, events.childFailures.peek());
            assertEquals(1, system.failures().size());
            assertSame(failure, system.failures().getFirst());
        });
    }

    @Test
    void shouldNameSupervisorDecisionChildRestartAndReason() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("boss", events, probe("a", events).restart(Restart.TRANSIENT)));
            IllegalStateException cause = new IllegalStateException("reason");
            record Bad(int number) implements Job {
                @Override
                public void run(ActorContext<Job> ctx) {
                    throw new IllegalStateException("reason");
                }
            }
            at(system, "boss/a").tell(new Bad(7));
            settle();
            Events.Judged judged = events.failures.peek();
            Failure failure = judged.failure();
            assertEquals("/t/boss/a", failure.path());
            assertEquals("/t/boss", failure.supervisor());
            assertEquals(1, failure.incarnation());
            assertEquals(Restart.TRANSIENT, failure.restart());
            assertEquals(Duration.ofSeconds(5), failure.grace());
            assertEquals("Bad[number=7]", failure.message());
            assertEquals(cause.getClass(), failure.cause().getClass());
            assertEquals(Bad.class.getName(), failure.cause().getStackTrace()[0].getClassName());
            assertEquals(Decision.RESTART, judged.decision());
            assertEquals(
                    "/t/boss/a#1 failed over \"Bad[number=7]\": java.lang.IllegalStateException: reason",
                    failure.toString());
        });
    }

    @Test
    void shouldTellTheGraceOfTheFailedChild() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("leaf", events));
            system.spawn(probe("set", events).grace(Duration.ofSeconds(2)));
            system.spawn(probe("parent", events, probe("child", events)));
            List<@Nullable Duration> graces = new ArrayList<>();
            for (String name : List.of("leaf", "set", "parent")) {
                crash(at(system, name));
                settle();
                graces.add(system.failures().getLast().grace());
            }
            assertEquals(Arrays.asList(Duration.ofSeconds(5), Duration.ofSeconds(2), null), graces);
        });
    }

    @Test
    void shouldLogTheCrashReportOfEachFailureOnce() throws Exception {
        Trials.run((system, events) -> {
            Logger logger = (Logger) LoggerFactory.getLogger("dev.espalier.actor");
            ListAppender<ILoggingEvent> lines = new ListAppender<>();
            lines.start();
            logger.addAppender(lines);
            try {
                crash(system.spawn(probe("a", events)));
                settle();
            } finally {
                logger.detachAppender(lines);
            }
            Failure failure = events.failures.peek().failure();
            List<String> errors = lines.list.stream()
                    .filter(line -> line.getLevel() == Level.ERROR)
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
            assertEquals(List.of(failure.report(Decision.RESTART)), errors);
            assertTrue(
                    errors.getFirst().contains("; /t decided to restart; permanent, grace 5000 ms\n"),
                    errors::toString);
        });
    }

    @Test
    void shouldBoundTheTextOfTheMessage() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Object> ref = system.spawn("a", () -> (message, ctx) -> {
                throw Trials.crash();
            });
            ref.tell("x".repeat(1_000_000));
            ref.tell(new Object() {
                @Override
                public String toString() {
                    throw new IllegalStateException("no text");
                }
            });
            settle();
            List<Failure> all = system.failures();
            assertEquals(2, all.size());
            assertEquals(500, all.getFirst().message().length());
            assertTrue(all.getLast().message().contains("IllegalStateException"), all.getLast()::message);
        });
    }

    @Test
    void shouldReportACrashOnceAndAShutdownNever() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("boss", events, probe("a", events), probe("b", events)));
            ActorRef<Job> a = at(system, "boss/a");
            a.stop();
            a.join();
            at(system, "boss/b").tell(ActorContext::stop);
            settle();
            assertEquals(List.of(), events.judgements());
            crash(at(system, "boss/b"));
            settle();
            assertEquals(List.of("/t/boss/b RESTART"), events.judgements());
            system.shutdown();
            assertEquals(List.of("/t/boss/b RESTART"), events.judgements());
            assertEquals(1, events.childFailures.size());
        });
    }

    @Test
    void shouldReportTwoChildrenThatFailAtOnce() throws Exception {
        Trials.run((system, events) -> {
            system.spawn(probe("boss", events, probe("a", events), probe("b", events)));
            at(system, "boss/a").tell(ctx -> {
                throw new Boom("of a");
            });
            at(system, "boss/b").tell(ctx -> {
                throw new Boom("of b");
            });
            settle();
            assertEquals(
                    List.of("of a", "of b"),
                    events.childFailures.stream()
                            .map(failure -> failure.cause().getMessage())
                            .sorted()
                            .toList());
        });
    }

    @Test
    void shouldTellAParentThatIsStoppingAboutAFailure() throws Exception {
        Trials.run((system, events) -> {
            ActorSpec<Job> bad = ActorSpec.body("bad", (inbox, ctx) -> {
                ctx.pleaseStop().waitForGo();
                throw new Boom("late");
            });
            ActorRef<Job> boss = system.spawn(probe("boss", events, bad));
            settle();
            boss.stop();
            boss.join();
            settle();
            assertEquals(1, events.failures.size());
            assertEquals(1, system.failures().size());
            assertEquals("late", events.childFailures.peek().cause().getMessage());
        });
    }

    @Test
    void shouldReportACrashWhileTheParentStopsInTheMiddleOfARestartOfOthers() throws Exception {
        BackOff ten = fixed(Duration.ofSeconds(10));
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(
                    probe("boss", events, probe("a", events), probe("b", events).backOff(ten))
                            .supervision(Supervision.restForOne()));
            crash(at(system, "boss/b"));
            settle();
            boss.tell(ctx -> Strand.sleep(Duration.ofSeconds(1)));
            boss.stop();
            settle();
            crash(at(system, "boss/a"));
            boss.join();
            assertEquals(List.of("/t/boss/b RESTART", "/t/boss/a STOP"), events.judgements());
        });
    }

    @Test
    void shouldKeepTheLastHundredFailuresOfChildrenOldestFirst() throws Exception {
        Supervision unlimited = Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1));
        Trials.run((system, events) -> {
            ActorRef<Job> boss =
                    system.spawn(probe("boss", events, probe("a", events)).supervision(unlimited));
            IntStream.range(0, 150)
                    .forEach(i -> at(system, "boss/a").tell(ctx -> {
                        throw new Boom("number " + i);
                    }));
            settle();
            List<String> kept = new ArrayList<>();
            boss.tell(ctx ->
                    ctx.failures().forEach(failure -> kept.add(failure.cause().getMessage())));
            settle();
            assertEquals(IntStream.range(50, 150).mapToObj(i -> "number " + i).toList(), kept);
            assertEquals(150, events.childFailures.size());
        });
    }

    @Test
    void shouldKeepTheLastThousandFailuresOfTheSystem() throws Exception {
        Supervision unlimited = Supervision.DEFAULT.intensity(Supervision.UNLIMITED, Duration.ofSeconds(1));
        Trials.run(builder -> builder.supervision(unlimited), (system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events).onFailure(cause -> Decision.RESUME));
            IntStream.range(0, 1_100)
                    .forEach(i -> a.tell(ctx -> {
                        throw new Boom("number " + i);
                    }));
            settle();
            List<Failure> all = system.failures();
            assertEquals(1_000, all.size());
            assertEquals("number 100", all.getFirst().cause().getMessage());
            assertEquals("number 1099", all.getLast().cause().getMessage());
        });
    }

    @Test
    void shouldFailAParentWhoseOnChildFailureThrows() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> boss = system.spawn(ActorSpec.<Job>behavior("boss", () -> new Behavior<>() {
                @Override
                public void onStart(ActorContext<Job> ctx) {
                    ctx.spawn(probe("a", events));
                }

                @Override
                public void onMessage(Job job, ActorContext<Job> ctx) throws Exception {
                    job.run(ctx);
                }

                @Override
                public void onChildFailure(Failure failure, ActorContext<Job> ctx) {
                    throw new Boom("in onChildFailure");
                }
            }));
            crash(at(system, "boss/a"));
            settle();
            assertEquals(2, boss.info().incarnation());
            assertEquals(
                    List.of("crash", "in onChildFailure"),
                    events.failures.stream()
                            .map(judged -> judged.failure().cause().getMessage())
                            .toList());
            assertNull(system.failures().getLast().message());
        });
    }

    @Test
    void shouldTellEveryObserverWhateverTheOthersThrow() throws Exception {
        List<String> seen = new ArrayList<>();
        ActorObserver bad = new ActorObserver() {
            @Override
            public void started(ActorRef<?> actor, int incarnation) {
                throw new Boom("observer");
            }

            @Override
            public void failed(Failure failure, Decision decision) {
                seen.add(failure.path());
                throw new Boom("observer");
            }

            @Override
            public void stopped(ActorRef<?> actor, StopReport.How how, Supplier<StopReport.End> details) {
                throw new StackOverflowError();
            }
        };
        Trials.run(builder -> builder.observer(bad).observer(bad), (system, events) -> {
            seen.clear();
            ActorRef<Job> a = system.spawn(probe("a", events));
            crash(a);
            settle();
            assertEquals(List.of("/t/a", "/t/a"), seen);
            assertEquals(List.of("/t/a RESTART"), events.judgements());
            assertEquals(2, a.info().incarnation());
        });
    }

    @Test
    void shouldTreatAStackOverflowAsTheActorsFailureAndOutOfMemoryAsTheSystems() throws Exception {
        Trials.run((system, events) -> {
            ActorRef<Job> a = system.spawn(probe("a", events));
            a.tell(ctx -> {
                throw new StackOverflowError("deep");
            });
            settle();
            assertEquals(2, a.info().incarnation());
            assertTrue(!system.isStopping());
            OutOfMemoryError memory = new OutOfMemoryError("none left");
            a.tell(ctx -> {
                throw memory;
            });
            ActorFailedException thrown = assertThrows(ActorFailedException.class, system::awaitShutdown);
            assertSame(memory, thrown.getCause());
        });
    }

    @Test
    void shouldGiveTheCauseToJoin() throws Exception {
        Trials.run((system, events) -> {
            Boom boom = new Boom("mine");
            ActorRef<Job> a = system.spawn(ActorSpec.<Job>body("a", (inbox, ctx) -> {
                        throw boom;
                    })
                    .restart(Restart.TEMPORARY));
            assertSame(boom, assertThrows(ActorFailedException.class, a::join).getCause());
            assertSame(
                    boom,
                    assertThrows(ActorFailedException.class, () -> a.join(Duration.ZERO))
                            .getCause());
        });
    }
}
