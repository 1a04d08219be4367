package dev.espalier.proofs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Loads the library a second time, with a call of `step()` behind each access of a volatile field and each use of a
/// `VarHandle`, an atomic or a queue; and, if wanted, with a mistake.
///
/// *Threads.* Thread-safe.
public final class StepLoader extends ClassLoader {
    /// A mistake in one method: what comes instead of one of its instructions.
    public interface Mistake {
        /// Whether this is the method.
        boolean isIn(String className, String method);

        /// Puts something in the place of an instruction; false if it is to stay.
        boolean replace(CodeBuilder code, CodeElement instruction);
    }

    /// After a call of `callee` in this method its answer is dropped, and taken for false.
    public record AnswersNo(String className, String method, String callee) implements Mistake {
        @Override
        public boolean isIn(String name, String in) {
            return name.equals(className) && in.equals(method);
        }

        @Override
        public boolean replace(CodeBuilder code, CodeElement instruction) {
            if (instruction instanceof InvokeInstruction call && call.name().equalsString(callee)) {
                code.with(call).pop().iconst_0();
                return true;
            }
            return false;
        }
    }

    /// The first CAS of this method becomes a write that always succeeds.
    public record WritesAnyway(String className, String method) implements Mistake {
        @Override
        public boolean isIn(String name, String in) {
            return name.equals(className) && in.equals(method);
        }

        @Override
        public boolean replace(CodeBuilder code, CodeElement instruction) {
            if (instruction instanceof InvokeInstruction call && call.name().equalsString("compareAndSet")) {
                // On the stack: the handle, the object, the expected value, the new one.
                MethodTypeDesc type = call.typeSymbol();
                code.swap().pop();
                code.invokevirtual(
                        call.owner().asSymbol(),
                        "setVolatile",
                        MethodTypeDesc.of(ConstantDescs.CD_void, type.parameterType(0), type.parameterType(2)));
                code.iconst_1();
                return true;
            }
            return false;
        }
    }

    /// No mistake.
    public static final Mistake NONE = new AnswersNo("", "", "");

    private static final String LIBRARY = "dev.espalier.";
    private static final MethodTypeDesc STEP = MethodTypeDesc.ofDescriptor("()V");

    private final ClassDesc steps;
    private final Predicate<String> hasSteps;
    private final Mistake mistake;
    private final Map<String, Set<String>> volatiles = new HashMap<>();
    private int places;
    private boolean mistaken;

    /// Loads nothing yet.
    ///
    /// @param steps has a public static method `step()`
    /// @param hasSteps which classes, by their full names, call it
    /// @param mistake what is wrong in the code that it loads
    public StepLoader(Class<?> steps, Predicate<String> hasSteps, Mistake mistake) {
        super(StepLoader.class.getClassLoader());
        this.steps = ClassDesc.of(steps.getName());
        this.hasSteps = hasSteps;
        this.mistake = mistake;
    }

    /// How many places call `step()`, in the classes loaded so far.
    public synchronized int places() {
        return places;
    }

    /// Whether the mistake was made.
    public synchronized boolean isMistaken() {
        return mistaken;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(LIBRARY)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private synchronized Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = bytes(name);
        if (hasSteps.test(name)) {
            code = withSteps(name, code);
        }
        return defineClass(name, code, 0, code.length);
    }

    private byte[] bytes(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private byte[] withSteps(String name, byte[] code) {
        ClassFile file = ClassFile.of();
        return file.transformClass(file.parse(code), (builder, element) -> {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                boolean wrong = mistake.isIn(name, method.methodName().stringValue());
                builder.transformMethod(method, MethodTransform.transformingCode((out, each) -> put(out, each, wrong)));
            } else {
                builder.with(element);
            }
        });
    }

    private void put(CodeBuilder code, CodeElement each, boolean wrong) {
        if (wrong && mistake.replace(code, each)) {
            mistaken = true;
            return;
        }
        code.with(each);
        if (canBeSeen(each)) {
            places++;
            code.invokestatic(steps, "step", STEP);
        }
    }

    private boolean canBeSeen(CodeElement each) {
        if (each instanceof FieldInstruction field) {
            String owner = field.owner().asInternalName().replace('/', '.');
            return owner.startsWith(LIBRARY)
                    && volatilesOf(owner).contains(field.name().stringValue());
        }
        if (!(each instanceof InvokeInstruction call) || call.name().equalsString("<init>")) {
            return false;
        }
        String owner = call.owner().asInternalName();
        return owner.equals("java/lang/invoke/VarHandle")
                || owner.startsWith("java/util/concurrent/atomic/")
                || owner.startsWith("java/util/concurrent/Concurrent")
                || owner.startsWith("org/jctools/");
    }

    private Set<String> volatilesOf(String owner) {
        return volatiles.computeIfAbsent(owner, name -> {
            Set<String> found = new HashSet<>();
            try {
                for (FieldModel field : ClassFile.of().parse(bytes(name)).fields()) {
                    if (field.flags().has(AccessFlag.VOLATILE)) {
                        found.add(field.fieldName().stringValue());
                    }
                }
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
            return found;
        });
    }
}
