package dev.espalier.sync;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/// The same contract where the root is a green thread.
@Tag("coroutines")
@ExtendWith(OnGreenThread.class)
class GreenCoroutineTest extends CoroutineTest {}
