package dev.espalier.profiling;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/// Begins and ends the profiles of one [ProfileSetting]: one at the start, or one for each two signals, each
/// in a folder of its own named by the time.
///
/// *Threads.* `lock` guards `running`. What a signal or the end of the time leads to happens on platform
/// threads of their own, so that it happens while all carriers compute; the end of a profile takes tenths of
/// a second. *Failure.* A profile that cannot begin is a warning in the log.
final class ProfileSwitch {
    private static final Logger LOG = LoggerFactory.getLogger("dev.espalier.profiling");
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final ProfileSetting setting;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Profiler running;

    private ProfileSwitch(ProfileSetting setting) {
        this.setting = setting;
    }

    static void use(ProfileSetting setting) {
        ProfileSwitch made = new ProfileSwitch(setting);
        String signal = setting.signal();
        if (signal == null) {
            made.turn();
        } else {
            made.listen(signal);
        }
    }

    private void listen(String name) {
        try {
            Signal.handle(new Signal(name), signal -> onThread(this::turn));
            LOG.info(
                    "SIG{} begins and ends a profile in {}",
                    name,
                    setting.folder().toAbsolutePath());
        } catch (IllegalArgumentException e) {
            LOG.warn("SIG{} cannot begin a profile here: {}", name, e.getMessage());
        }
    }

    private static void onThread(Runnable task) {
        Thread.ofPlatform().daemon().name("espalier-profile").start(task);
    }

    /// Begins one, or ends the one that goes on.
    private void turn() {
        lock.lock();
        try {
            Profiler own = running;
            if (own == null) {
                begin();
            } else {
                end(own);
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin() {
        Path folder = setting.signal() == null ? setting.folder() : fresh(setting.folder());
        Profiler begun;
        try {
            begun = setting.start(folder);
        } catch (IllegalStateException | IllegalArgumentException | UncheckedIOException e) {
            LOG.warn("Nothing is recorded", e);
            return;
        }
        running = begun;
        LOG.info("A profile begins; it will be in {}", folder.toAbsolutePath());
        Duration duration = setting.duration();
        if (duration != null) {
            onThread(() -> endAfter(begun, duration));
        }
    }

    private static Path fresh(Path folder) {
        String name = NAME.format(Instant.now().atZone(ZoneId.systemDefault()));
        Path fresh = folder.resolve(name);
        for (int i = 2; Files.exists(fresh); i++) {
            fresh = folder.resolve(name + "-" + i);
        }
        return fresh;
    }

    private void endAfter(Profiler own, Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            return; // nobody does that; the profile goes on
        }
        lock.lock();
        try {
            if (own.equals(running)) {
                end(own);
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(Profiler own) {
        running = null;
        own.close();
    }
}
