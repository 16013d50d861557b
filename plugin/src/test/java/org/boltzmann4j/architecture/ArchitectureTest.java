package org.boltzmann4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the rules of {@link RoomRules} against the plugin, and each of them against a class that breaks it. */
final class ArchitectureTest {

    private static final String ROOT = "org.boltzmann4j";
    private static final String WRONG = ROOT + ".architecture.wrong";

    /** Per rule, what it must report among the wrong classes: a part of the message, below the root of those classes. */
    private static final Map<String, List<String>> OFFENCES = Map.ofEntries(
            Map.entry("math imports nothing from above", List.of("math.ImportsUpwards")),
            Map.entry("units imports nothing from above", List.of("units.ImportsUpwards")),
            Map.entry("energy imports nothing from above", List.of("energy.ImportsUpwards")),
            Map.entry("sampler imports nothing from above", List.of("sampler.ImportsUpwards")),
            Map.entry("objective imports nothing from above", List.of("objective.ImportsUpwards")),
            Map.entry("estimate imports nothing from above", List.of("estimate.ImportsUpwards")),
            Map.entry("dl4j imports nothing from above", List.of("dl4j.ImportsUpwards")),
            Map.entry("arbiter is a leaf that nobody imports", List.of("dl4j.ImportsUpwards")),
            Map.entry("plot is a leaf that nobody imports", List.of("io.ImportsSideways")),
            Map.entry("io is a leaf that nobody imports", List.of("dl4j.ImportsUpwards")),
            Map.entry("no cycle between rooms", List.of("objective.HalfOfACycle", "estimate.HalfOfACycle")),
            Map.entry("every class has a room", List.of("attic.Homeless")),
            Map.entry("math knows ND4J and its BLAS, and JNA to ask that", List.of("math.Logs")),
            Map.entry("network code lives in dl4j and the leaves", List.of("sampler.KnowsNetworks")),
            Map.entry("only math calls the BLAS", List.of("sampler.CallsTheBlas.threads()")),
            Map.entry("only plot imports XChart", List.of("units.Draws")),
            Map.entry("only arbiter imports Arbiter", List.of("dl4j.UsesArbiter")),
            Map.entry("JSON mappers only in io and arbiter", List.of("energy.WritesJson")),
            Map.entry("no printing", List.of("units.Draws.toTheTerminal", "units.Draws.theTrace")),
            Map.entry("no Java deserialisation", List.of("io.Deserialises")),
            Map.entry(
                    "only RandomStreams makes generators",
                    List.of(
                            "sampler.MakesGenerators.random()",
                            "sampler.MakesGenerators.reference()",
                            "sampler.MakesGenerators.splittable()",
                            "sampler.MakesGenerators.ofMath()",
                            "sampler.MakesGenerators.ofThread()",
                            "sampler.MakesGenerators.byName()",
                            "sampler.MakesGenerators$Own.<init>()")),
            Map.entry("no public fields but constants", List.of("units.HasPublicField.mean")),
            Map.entry(
                    "no state in static fields",
                    List.of(
                            "units.Remembers.count",
                            "units.Remembers.TOTAL",
                            "units.Remembers.MINE",
                            "units.Remembers.NAMES")),
            Map.entry("no bags of functions", List.of("units.UnitUtils")),
            Map.entry("every package is null-marked", List.of("attic.Homeless")));

    @TestFactory
    Stream<DynamicTest> thePluginKeeps() {
        JavaClasses plugin = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(ROOT);
        // Without this the rules would also hold where the importer found nothing at all.
        assertThat(plugin.contain(ROOT + ".math.RandomStreams")).isTrue();
        return RoomRules.below(ROOT).entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getKey(), () -> rule.getValue().check(plugin)));
    }

    @TestFactory
    Stream<DynamicTest> aWrongClassBreaks() {
        JavaClasses wrong = new ClassFileImporter().importPackages(WRONG);
        return RoomRules.below(WRONG).entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> {
                    String report =
                            rule.getValue().evaluate(wrong).getFailureReport().toString();
                    assertAll(OFFENCES.get(rule.getKey()).stream()
                            .map(offence -> () -> assertThat(report).contains(WRONG + "." + offence)));
                }));
    }

    @Test
    void everyRuleHasAWrongClassThatBreaksIt() {
        assertThat(OFFENCES.keySet()).isEqualTo(RoomRules.below(ROOT).keySet());
    }

    @Test
    void randomStreamsItselfMayMakeGenerators() {
        JavaClasses wrong = new ClassFileImporter().importPackages(WRONG);
        String report = RoomRules.below(WRONG)
                .get("only RandomStreams makes generators")
                .evaluate(wrong)
                .getFailureReport()
                .toString();
        assertThat(wrong.contain(WRONG + ".math.RandomStreams")).isTrue();
        assertThat(report).doesNotContain(WRONG + ".math.RandomStreams.");
    }

    @Test
    void emptyRoomsBreakNoRule() {
        JavaClasses none = new ClassFileImporter().importPackages(ROOT + ".nowhere");
        assertThat(none).isEmpty();
        assertAll(RoomRules.below(ROOT).values().stream().map(rule -> () -> rule.check(none)));
    }

    /** What was found once has to be found again. */
    @Test
    void everyPropertyHasAFixedSeed() {
        List<JavaMethod> properties = new ClassFileImporter()
                .withImportOption(new ImportOption.OnlyIncludeTests()).importPackages(ROOT).stream()
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Property.class))
                        .toList();
        assertThat(properties).hasSizeGreaterThan(10).allSatisfy(method -> assertThat(
                        method.getAnnotationOfType(Property.class).seed())
                .as(method.getFullName())
                .isNotEmpty());
    }
}
