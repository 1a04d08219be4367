package dev.espalier.observer;

/// A request that is not served: the status and one sentence for whoever sent it.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    final int status;

    Refusal(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }
}
