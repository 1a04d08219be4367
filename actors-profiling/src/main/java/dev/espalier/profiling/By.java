package dev.espalier.profiling;

/// What makes one row of a [Report].
public enum By {
    /// Each actor; those that have ended while their parent lived are one row, `/shop/customers/*`.
    PATH,
    /// Each class of behavior or body.
    CODE,
    /// Each class of message.
    MESSAGE,
    /// Each class of message in each class of behavior or body: `shop.Desk(shop.Place)`.
    HANDLER;

    String name(Report.Line line) {
        return switch (this) {
            case PATH -> line.path();
            case CODE -> line.key().code();
            case MESSAGE -> line.key().message();
            case HANDLER -> line.key().code() + "(" + line.key().message() + ")";
        };
    }
}
