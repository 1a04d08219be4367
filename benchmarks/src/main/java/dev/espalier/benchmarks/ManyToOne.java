package dev.espalier.benchmarks;

/// As [Counting], with four actors that send to one: contention at one mailbox.
public class ManyToOne extends Counting {
    @Override
    int producers() {
        return 4;
    }
}
