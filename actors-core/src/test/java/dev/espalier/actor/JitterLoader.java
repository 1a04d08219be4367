package dev.espalier.actor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
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

/// Loads the library a second time, with a call of [Jitter#step] behind each access of a volatile field, each use of a
/// `VarHandle` and each call of a queue or an adder; and, if wanted, with a mistake.
final class JitterLoader extends ClassLoader {
    /// A mistake in one method: what comes instead of one of its instructions.
    interface Mistake {
        /// Whether this is the method.
        boolean isIn(String className, String method);

        /// Puts something in the place of an instruction; false if it is to stay.
        boolean replace(CodeBuilder code, CodeElement instruction);
    }

    /// After a call of `callee` in this method its answer is dropped, and taken for false.
    record AnswersNo(String className, String method, String callee) implements Mistake {
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
    record WritesAnyway(String className, String method) implements Mistake {
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

    static final Mistake NONE = new AnswersNo("", "", "");

    private static final String LIBRARY = "dev.espalier.";
    private static final ClassDesc JITTER = ClassDesc.of(Jitter.class.getName());
    private static final MethodTypeDesc STEP = MethodTypeDesc.ofDescriptor("()V");

    private final Mistake mistake;
    private final Map<String, Set<String>> volatiles = new HashMap<>();
    private int places;
    private boolean mistaken;

    JitterLoader(Mistake mistake) {
        super(JitterLoader.class.getClassLoader());
        this.mistake = mistake;
    }

    /// Where pauses can be, in the classes loaded so far.
    synchronized int places() {
        return places;
    }

    /// Whether the mistake was made.
    synchronized boolean isMistaken() {
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

    private synchronized Class<?> define(String name) {
        byte[] code = bytes(name);
        if (!name.contains("Jitter")) {
            ClassFile file = ClassFile.of();
            ClassModel model = file.parse(code);
            code = file.transformClass(model, transform(name));
        }
        return defineClass(name, code, 0, code.length);
    }

    private byte[] bytes(String name) {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new IllegalStateException("No such class: " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ClassTransform transform(String name) {
        return (builder, element) -> {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                boolean wrong = mistake.isIn(name, method.methodName().stringValue());
                builder.transformMethod(
                        method, MethodTransform.transformingCode((code, each) -> put(code, each, wrong)));
            } else {
                builder.with(element);
            }
        };
    }

    private void put(CodeBuilder code, CodeElement each, boolean wrong) {
        if (wrong && mistake.replace(code, each)) {
            mistaken = true;
            return;
        }
        code.with(each);
        if (canBeSeen(each)) {
            places++;
            code.invokestatic(JITTER, "step", STEP);
        }
    }

    private boolean canBeSeen(CodeElement each) {
        if (each instanceof FieldInstruction field) {
            String owner = field.owner().asInternalName().replace('/', '.');
            return owner.startsWith(LIBRARY)
                    && volatilesOf(owner).contains(field.name().stringValue());
        }
        return each instanceof InvokeInstruction call
                && (call.owner().asInternalName().equals("java/lang/invoke/VarHandle")
                        || call.owner().asInternalName().startsWith("java/util/concurrent/atomic/")
                        || call.owner().asInternalName().startsWith("java/util/concurrent/Concurrent")
                        || call.owner().asInternalName().startsWith("org/jctools/"))
                && !call.name().equalsString("<init>");
    }

    private Set<String> volatilesOf(String owner) {
        return volatiles.computeIfAbsent(owner, name -> {
            Set<String> found = new HashSet<>();
            for (FieldModel field : ClassFile.of().parse(bytes(name)).fields()) {
                if (field.flags().has(AccessFlag.VOLATILE)) {
                    found.add(field.fieldName().stringValue());
                }
            }
            return found;
        });
    }
}
