package dev.espalier.observer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateTest {
    private final Gate gate = new Gate("0123456789abcdef", Set.of("localhost", "observer.example"));

    private boolean isOurs(String host, String local) {
        return gate.isOurs(host, InetAddress.ofLiteral(local));
    }

    @Test
    void shouldKnowItsNamesAndTheAddressThatWasConnectedTo() {
        assertTrue(isOurs("localhost:7070", "127.0.0.1"));
        assertTrue(isOurs("Observer.Example", "10.0.0.5"));
        assertTrue(isOurs("10.0.0.5:7070", "10.0.0.5"));
        assertTrue(isOurs("[fe80::1]:7070", "fe80:0:0:0:0:0:0:1"), "as browsers write it");
        assertTrue(isOurs("[::1]", "::1"));
    }

    @Test
    void shouldNotKnowNamesOfOthersOrOtherAddresses() {
        assertFalse(isOurs("evil.example", "127.0.0.1"));
        assertFalse(isOurs("127.0.0.1.evil.example:7070", "127.0.0.1"));
        assertFalse(isOurs("10.0.0.6", "10.0.0.5"));
        assertFalse(isOurs("[fe80::2]", "fe80::1"));
        assertFalse(isOurs("[]", "::1"));
        assertFalse(isOurs(":7070", "127.0.0.1"));
    }
}
