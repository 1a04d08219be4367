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
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Loads the library a second time, with a call of [Steps#step] behind each access of a volatile field and each use of
/// a
/// `VarHandle`, an atomic or a queue; and, if wanted, with a mistake.
///
/// Left alone are classes with locks (who waits for one would hold up the simulation) and the ground below the strands.
final class StepLoader extends ClassLoader {
    /// In this method the answer of `callee` is dropped, and taken for false.
    record Mistake(String className, String method, String callee) {}

    static final Mistake NONE = new Mistake("", "", "");

    private static final String LIBRARY = "dev.espalier.";
    private static final Set<String> WITH_LOCKS = Set.of(
            "Border",
            "ChildSet",
            "Incidents",
            "InlineProgram",
            "LastFailures",
            "ProcessStop",
            "SystemStop",
            "WaitingSenders",
            "Watchdog",
            "WaitEdge",
            "Totals");
    private static final ClassDesc STEPS = ClassDesc.of(Steps.class.getName());
    private static final MethodTypeDesc STEP = MethodTypeDesc.ofDescriptor("()V");

    private final Mistake mistake;
    private final Map<String, Set<String>> volatiles = new HashMap<>();
    private int places;
    private boolean mistaken;

    StepLoader(Mistake mistake) {
        super(StepLoader.class.getClassLoader());
        this.mistake = mistake;
    }

    /// Where a schedule may turn, in the classes loaded so far.
    int places() {
        return places;
    }

    boolean isMistaken() {
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
        if (hasSteps(name)) {
            code = withSteps(name, code);
        }
        return defineClass(name, code, 0, code.length);
    }

    private static boolean hasSteps(String name) {
        String actor = LIBRARY + "actor.";
        return name.equals(LIBRARY + "sync.Signal")
                || (name.startsWith(actor)
                        && !WITH_LOCKS.contains(name.substring(actor.length()).split("\\$", 2)[0]));
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
                String in = method.methodName().stringValue();
                boolean wrong =
                        mistake.className().equals(name) && mistake.method().equals(in);
                builder.transformMethod(method, MethodTransform.transformingCode((out, each) -> put(out, each, wrong)));
            } else {
                builder.with(element);
            }
        });
    }

    private void put(CodeBuilder code, CodeElement each, boolean wrong) {
        code.with(each);
        if (wrong && each instanceof InvokeInstruction call && call.name().equalsString(mistake.callee())) {
            code.pop().iconst_0();
            mistaken = true;
        }
        if (canBeSeen(each)) {
            places++;
            code.invokestatic(STEPS, "step", STEP);
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
