package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.espalier.sync.Channel;
import dev.espalier.sync.Select;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import org.junit.jupiter.api.Test;

/// The code of `docs/guide/primitives.md`, compiled and run.
class PrimitivesGuideTest {
    @Test
    void shouldChooseWhatComesFirst() throws Exception {
        VirtualTime.run(42, () -> {
            // @start region="select"
            Channel<String> orders = Channel.bounded(100);
            Strand.start("customer", () -> {
                orders.send("tea");
                orders.close();
            });
            var pleaseStop = new Signal();
            String first = Select.<String>of()
                    .receive(orders, order -> order.orElse("none"))
                    .onGo(pleaseStop, () -> "stopped")
                    .await();
            // @end
            assertEquals("tea", first);
        });
    }
}
