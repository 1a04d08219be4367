package dev.espalier.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Null, given to each property by reflection, so that a new one is tried, too.
class NullTest {
    /// Logback says by other words what these must not be given.
    private static final List<String> OF_LOGBACK = List.of("setContext", "addAppender");

    @Test
    void shouldRefuseNullAsAProperty() throws Exception {
        var wrong = new TreeSet<String>();
        int tried = 0;
        for (Object each : List.of(new ActorAppender(), new HttpSink(), new DigestAppender())) {
            for (Method method : each.getClass().getDeclaredMethods()) {
                if (isProperty(method)) {
                    tried++;
                    String said = said(each, method);
                    if (!said.matches("[a-zA-Z]+")) {
                        wrong.add(each.getClass().getSimpleName() + "." + method.getName() + ": " + said);
                    }
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
        assertTrue(tried > 10, "only " + tried + " were tried");
    }

    private static boolean isProperty(Method method) {
        return method.getName().matches("(set|add)[A-Z].*")
                && Modifier.isPublic(method.getModifiers())
                && !method.isSynthetic()
                && method.getParameterCount() == 1
                && !method.getParameterTypes()[0].isPrimitive()
                && !OF_LOGBACK.contains(method.getName());
    }

    /// What it says to null: the name of the property, if it is as it should be.
    private static String said(Object target, Method method) throws IllegalAccessException {
        try {
            method.invoke(target, (Object) null);
            return "took it";
        } catch (InvocationTargetException e) {
            return e.getCause() instanceof NullPointerException missing
                    ? String.valueOf(missing.getMessage())
                    : e.getCause().toString();
        }
    }
}
