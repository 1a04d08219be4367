package dev.espalier.profiling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfileSettingTest {
    @Test
    void shouldNeedNothingButAFolder() {
        ProfileSetting expected = new ProfileSetting(Path.of("a b"), Level.FULL, null, null, false, null);
        assertEquals(expected, ProfileSetting.parse("a b"));
        assertEquals(expected, ProfileSetting.parse(" folder=a b "));
    }

    @Test
    void shouldReadAllThatMayBeSaid() {
        assertEquals(
                new ProfileSetting(
                        Path.of("p"), Level.sampled(16), Duration.ofMillis(20), Duration.ofMinutes(2), true, "USR1"),
                ProfileSetting.parse("p, level=1:16, samples=20ms, duration=2m, jfr, signal=SIGUSR1"));
        assertEquals(Duration.ofMillis(10), ProfileSetting.parse("p,samples").samples());
        assertEquals(
                Duration.ofSeconds(90), ProfileSetting.parse("p,duration=90s").duration());
        assertEquals(Duration.ofHours(1), ProfileSetting.parse("p,duration=1h").duration());
    }

    @Test
    void shouldRefuseWhatItDoesNotUnderstand() {
        for (String wrong : List.of(
                "",
                "folder=",
                "p,",
                "p,beauty",
                "p,level=most",
                "p,samples=10",
                "p,duration=0s",
                "p,duration=",
                "p,signal=",
                "p,signal=USR2",
                "p\0")) {
            assertThrows(IllegalArgumentException.class, () -> ProfileSetting.parse(wrong), wrong);
        }
    }
}
