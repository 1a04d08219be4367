package dev.espalier.logging;

import dev.espalier.actor.ActorRef;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Tells values that never change from others, by their class.
final class Immutables {
    private static final Set<Class<?>> KNOWN = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Double.class,
            Float.class,
            Short.class,
            Byte.class,
            Character.class,
            Boolean.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class,
            URI.class,
            Class.class);

    private static final ClassValue<Boolean> VERDICTS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return judge(type);
        }
    };

    private Immutables() {}

    static boolean isImmutable(@Nullable Object value) {
        return value == null || value instanceof String || VERDICTS.get(value.getClass());
    }

    private static boolean judge(Class<?> type) {
        if (type.isArray()) {
            return false;
        }
        if (type.isRecord()) {
            return isPlainRecord(type);
        }
        return KNOWN.contains(type)
                || type.isEnum()
                || (type.getSuperclass() != null && type.getSuperclass().isEnum()) // a constant with a body
                || ActorRef.class.isAssignableFrom(type)
                || (type.getPackageName().equals("java.time")
                        && !type.getSimpleName().endsWith("Clock"));
    }

    /// One whose components are declared with types that leave no room for anything mutable, and whose
    /// `toString` is the compiler's or looks at nothing else. Not judged: records in records, which may be deep.
    private static boolean isPlainRecord(Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> declared = component.getType();
            boolean closed = declared.isPrimitive()
                    || declared == ActorRef.class
                    || (Modifier.isFinal(declared.getModifiers()) && !declared.isRecord() && judge(declared))
                    || declared.isEnum()
                    || declared == BigDecimal.class
                    || declared == BigInteger.class;
            if (!closed) {
                return false;
            }
        }
        return true;
    }
}
