package org.boltzmann4j.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.NullMarked;

/**
 * The import rules between the packages ("rooms") below one root package, and the few constructs no room may use.
 *
 * <p>The root is an argument, so that the same rules are tried on deliberately wrong classes as well: a rule that finds
 * nothing there would be worth nothing here.
 */
final class RoomRules {

    /** From the ground up; a room may import rooms of lower levels, and of its own level as long as no cycle arises. */
    private static final List<List<String>> LEVELS = List.of(
            List.of("math"),
            List.of("units"),
            List.of("energy"),
            List.of("sampler"),
            List.of("objective", "estimate"),
            List.of("dl4j"),
            List.of("arbiter", "plot", "io"));

    private static final List<String> LEAVES = LEVELS.get(LEVELS.size() - 1);

    private final String root;

    private RoomRules(String root) {
        this.root = root;
    }

    /**
     * Returns all rules, keyed by a statement of what they demand.
     *
     * @param root the package that holds the rooms
     */
    static Map<String, ArchRule> below(String root) {
        return new RoomRules(root).all();
    }

    private Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        for (int level = 0; level < LEVELS.size(); level++) {
            for (String room : LEVELS.get(level)) {
                String[] above = packages(LEVELS.subList(level + 1, LEVELS.size()).stream()
                        .flatMap(List::stream)
                        .toList());
                if (above.length > 0) {
                    rules.put(
                            room + " imports nothing from above",
                            noClasses()
                                    .that()
                                    .resideInAPackage(inside(room))
                                    .should()
                                    .dependOnClassesThat()
                                    .resideInAnyPackage(above));
                }
            }
        }
        for (String leaf : LEAVES) {
            rules.put(
                    leaf + " is a leaf that nobody imports",
                    noClasses()
                            .that()
                            .resideOutsideOfPackage(inside(leaf))
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(inside(leaf)));
        }
        rules.put(
                "no cycle between rooms",
                slices().matching(root + ".(*)..").should().beFreeOfCycles());
        rules.put(
                "every class has a room",
                classes()
                        .should()
                        .resideInAnyPackage(
                                packages(LEVELS.stream().flatMap(List::stream).toList())));

        rules.put("math knows ND4J and its BLAS, and JNA to ask that", onlyInside("math", mathMayImport()));
        rules.put(
                "network code lives in dl4j and the leaves",
                nobodyBut(List.of("dl4j", "arbiter", "plot", "io"), "org.deeplearning4j.."));
        // On other backends it is not there: whoever calls it has to do without.
        rules.put("only math calls the BLAS", nobodyBut(List.of("math"), "org.bytedeco.openblas.."));
        // XChart is optional: a user without it must still be able to load every other room.
        rules.put("only plot imports XChart", nobodyBut(List.of("plot"), "org.knowm.xchart.."));
        // So is Arbiter.
        rules.put("only arbiter imports Arbiter", nobodyBut(List.of("arbiter"), "org.deeplearning4j.arbiter.."));
        rules.put(
                "JSON mappers only in io and arbiter",
                noClasses()
                        .that()
                        .resideOutsideOfPackages(packages(List.of("io", "arbiter")))
                        .should()
                        .dependOnClassesThat()
                        .areAssignableTo("org.nd4j.shade.jackson.databind.ObjectMapper"));

        rules.put(
                "no printing",
                noClasses()
                        .should()
                        .accessField(System.class, "out")
                        .orShould()
                        .callMethodWhere(describe(
                                "Throwable.printStackTrace()",
                                call -> "printStackTrace".equals(call.getName())
                                        && call.getTargetOwner().isAssignableTo(Throwable.class)
                                        && call.getTarget()
                                                .getRawParameterTypes()
                                                .isEmpty())));
        rules.put(
                "no Java deserialisation",
                noClasses().should().dependOnClassesThat().areAssignableTo("java.io.ObjectInputStream"));
        rules.put("only RandomStreams makes generators", onlyRandomStreamsMakesGenerators());

        rules.put(
                "no public fields but constants",
                fields().that().arePublic().should().beStatic().andShould().beFinal());
        rules.put("no state in static fields", noStateInStaticFields());
        rules.put(
                "no bags of functions",
                noClasses().should().haveNameMatching(".*(Util|Utils|Utilities|Helper|Helpers)"));
        rules.put("every package is null-marked", everyPackageIsNullMarked());

        // A room may be empty; the wrong classes beside this one show that each rule bites where it is not.
        rules.replaceAll((statement, rule) -> rule.as(statement).allowEmptyShould(true));
        return rules;
    }

    private String inside(String room) {
        return root + "." + room + "..";
    }

    private String[] packages(List<String> rooms) {
        return rooms.stream().map(this::inside).toArray(String[]::new);
    }

    private ArchRule onlyInside(String room, DescribedPredicate<JavaClass> allowed) {
        return classes()
                .that()
                .resideInAPackage(inside(room))
                .should()
                .onlyDependOnClassesThat(resideInAPackage(inside(room)).or(allowed));
    }

    private ArchRule nobodyBut(List<String> rooms, String packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages(rooms))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packages);
    }

    /** JavaCPP is the type of ND4J's buffers; JSpecify is annotations only. */
    private static DescribedPredicate<JavaClass> mathMayImport() {
        return resideInAnyPackage(
                        "java..",
                        "org.nd4j..",
                        "org.bytedeco.javacpp..",
                        "org.bytedeco.openblas..",
                        "com.sun.jna..",
                        "org.jspecify..")
                .or(describe("primitives and their arrays", type -> type.getBaseComponentType()
                        .isPrimitive()));
    }

    private ArchRule onlyRandomStreamsMakesGenerators() {
        String maker = root + ".math.RandomStreams";
        DescribedPredicate<JavaClass> maySo = describe(
                "RandomStreams and its nested classes",
                type -> type.getName().equals(maker) || type.getName().startsWith(maker + "$"));
        return noClasses()
                .that(not(maySo))
                .should()
                .accessTargetWhere(describe("a generator is made", RoomRules::makesGenerator));
    }

    /** Calls and method references alike. */
    private static boolean makesGenerator(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        return switch (access.getName()) {
            case "<init>" -> owner.getPackageName().startsWith("java.") && owner.isAssignableTo(RandomGenerator.class);
            case "random" -> owner.isEquivalentTo(Math.class);
            case "current" -> owner.isEquivalentTo(ThreadLocalRandom.class);
            case "of", "getDefault" ->
                owner.isEquivalentTo(RandomGenerator.class) || owner.isEquivalentTo(RandomGeneratorFactory.class);
            default -> false;
        };
    }

    /**
     * Two networks may be trained in two threads. The exceptions: the number of BLAS threads is a setting of the process, kept under a
     * lock; the workers of a thread are that thread's, and gone when its call returns; a warning is given once.
     */
    private ArchRule noStateInStaticFields() {
        Set<String> known = Set.of(
                root + ".math.BlasThreads.holders",
                root + ".math.BlasThreads.before",
                root + ".math.Workers.CURRENT",
                root + ".math.StepWatch.WATCH",
                root + ".dl4j.GreedyPretrainer.BLAS_LOOKED_AT");
        return fields().that().areStatic().should(new ArchCondition<>("hold no state") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean fine = known.contains(field.getFullName()) || !holdsState(field);
                events.add(new SimpleConditionEvent(field, fine, field.getFullName() + " can change"));
            }
        });
    }

    private static boolean holdsState(JavaField field) {
        JavaClass type = field.getRawType();
        return !field.getModifiers().contains(JavaModifier.FINAL)
                || type.getPackageName().equals("java.util.concurrent.atomic")
                || type.isAssignableTo(ThreadLocal.class)
                || type.isAssignableTo("org.nd4j.linalg.api.ndarray.INDArray")
                || (isCollection(type) && startsWithACollection(field.getOwner()));
    }

    private static boolean isCollection(JavaClass type) {
        return type.isAssignableTo(Collection.class) || type.isAssignableTo(Map.class);
    }

    /** Immutable ones are made by {@code of} and {@code copyOf}. */
    private static boolean startsWithACollection(JavaClass owner) {
        return owner.getStaticInitializer().stream()
                .flatMap(initializer -> initializer.getConstructorCallsFromSelf().stream())
                .anyMatch(call -> isCollection(call.getTargetOwner()));
    }

    private static ArchRule everyPackageIsNullMarked() {
        return classes().should(new ArchCondition<>("have a package-info with @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, marked, type.getName() + " is in a package that is not @NullMarked"));
            }
        });
    }
}
