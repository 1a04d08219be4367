package dev.espalier.sync;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A choice that stands in a line.
abstract class LineChoice<R> extends Choice<R> {
    private final Line line;
    private final @Nullable Object offered;

    LineChoice(Line line, @Nullable Object offered) {
        this.line = line;
        this.offered = offered;
    }

    private record AtPlace(Place place) implements Standing {
        @Override
        @SuppressWarnings("ReferenceEquality") // the same, not an equal one
        public boolean is(Object winner) {
            return winner == place;
        }

        @Override
        public void end() {
            if (place.inLine) { // only a hint without the guard; who has called it has taken it out
                place.abandon();
            }
        }
    }

    @Override
    final Guard guard() {
        return line.guard;
    }

    @Override
    final Standing join(Wait wait) {
        Place place = placeIn(line, wait);
        line.join(place);
        return new AtPlace(place);
    }

    Place placeIn(Line of, Wait wait) {
        var place = new Place(of, wait);
        place.value = offered;
        return place;
    }

    @Override
    final Supplier<R> granted(Object winner) {
        return grantedAt((Place) requireNonNull(winner));
    }

    abstract Supplier<R> grantedAt(Place place);
}
