package org.boltzmann4j.examples;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.apache.commons.math3.stat.descriptive.moment.Mean;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.boltzmann4j.arbiter.CandidateRecord;
import org.boltzmann4j.arbiter.DbnSpace;
import org.boltzmann4j.arbiter.NegativePhaseSpace;
import org.boltzmann4j.arbiter.PretrainingSpace;
import org.boltzmann4j.arbiter.PretrainingTaskCreator;
import org.boltzmann4j.arbiter.RbmLayerSpace;
import org.boltzmann4j.arbiter.Search;
import org.boltzmann4j.arbiter.SearchTable;
import org.boltzmann4j.arbiter.SuccessiveHalving;
import org.boltzmann4j.arbiter.ZipResultSaver;
import org.boltzmann4j.io.ImageDataSet;
import org.deeplearning4j.arbiter.conf.updater.AdamSpace;
import org.deeplearning4j.arbiter.conf.updater.SgdSpace;
import org.deeplearning4j.arbiter.optimize.api.score.ScoreFunction;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.distribution.LogUniformDistribution;
import org.deeplearning4j.arbiter.optimize.parameter.FixedValue;
import org.deeplearning4j.arbiter.optimize.parameter.continuous.ContinuousParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.integer.IntegerParameterSpace;
import org.deeplearning4j.arbiter.scoring.impl.EvaluationScoreFunction;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.evaluation.classification.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A search over depth, widths, negative phase and both learning rates of a deep belief network, by successive halving, judged on
 * images set aside. The best candidate and the library's defaults are then trained for the same numbers of epochs from several
 * seeds and measured on the test images. A search that was interrupted goes on when the example is started again.
 */
@Command(
        name = "search-dbn",
        sortOptions = false,
        description =
                "Searches depth, widths, negative phase and learning rates of a deep belief network for images with few"
                        + " labels, then compares the best with the defaults on test images.%n")
public final class SearchDbn implements Callable<Integer> {

    private static final int LABELS = 500;
    private static final int JUDGING = 1000;
    private static final int PRETRAINING_EPOCHS = 8;
    private static final int FINE_TUNING_EPOCHS = 16;
    private static final int ETA = 4;
    private static final int DEFAULT_WIDTH = 200;
    private static final int EVALUATION_BATCH = 500;

    @Mixin
    private ExampleOptions options = new ExampleOptions();

    @Option(
            names = "--candidates",
            paramLabel = "N",
            defaultValue = "16",
            description = "Candidates of the first rung. Default: ${DEFAULT-VALUE}.")
    private int candidates = 16;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Images to pretrain on; the first 500 have labels. Default: ${DEFAULT-VALUE}.")
    private int images = 2000;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "5",
            description = "Seeds from which best and default are trained. Default: ${DEFAULT-VALUE}.")
    private int repeats = 5;

    private SearchDbn() {}

    /** Runs the example. */
    public static void main(String... arguments) {
        int exitCode = ExampleOptions.run(new SearchDbn(), arguments);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    @Override
    public Integer call() throws IOException {
        if (candidates < 1 || repeats < 2 || images < LABELS) {
            throw new ExampleException("--candidates " + candidates + " --repeats " + repeats + " --images " + images
                    + ": expected at least 1, 2 and " + LABELS);
        }
        long start = System.nanoTime();
        ExampleData data = ExampleData.load(options);
        if (data.train().examples() < images + JUDGING) {
            throw new ExampleException(
                    "--images " + images + ": there are " + data.train().examples() + " images for training, of which "
                            + JUDGING + " are set aside to judge candidates");
        }
        DigitsWithFewLabels.use(data.train());
        Path directory = options.writableOut("search-dbn");
        Properties split = DigitsWithFewLabels.properties(images, LABELS, JUDGING);
        SearchTable found = search(data.train(), split, directory.resolve("search"));
        double searchSeconds = (System.nanoTime() - start) / 1e9;

        SearchTable.Row best = found.best().orElseThrow(() -> new ExampleException("no candidate could be trained"));
        DigitsWithFewLabels source = new DigitsWithFewLabels();
        source.configure(split);
        double[] bestErrors = errors(best.candidate(), source, data.test(), directory.resolve("best.zip"));
        double[] defaultErrors =
                errors(defaults(data.train(), best.candidate()), source, data.test(), directory.resolve("default.zip"));
        MultiLayerNetwork loaded =
                MultiLayerNetwork.load(directory.resolve("best.zip").toFile(), true);
        double loadedError = error(loaded, data.test());
        Files.writeString(directory.resolve("Best.java"), found.bestAsJava());

        report(System.out, found, best, bestErrors, defaultErrors, loadedError, directory);
        Result.of("search-dbn", options.seed())
                .with("candidates", found.rows().size())
                .with("best", best.candidate().index())
                .with("bestError", new Mean().evaluate(bestErrors))
                .with("bestErrorDeviation", new StandardDeviation().evaluate(bestErrors))
                .with("defaultError", new Mean().evaluate(defaultErrors))
                .with("defaultErrorDeviation", new StandardDeviation().evaluate(defaultErrors))
                .with("searchSeconds", searchSeconds)
                .with("seconds", (System.nanoTime() - start) / 1e9)
                .print(System.out);
        return 0;
    }

    private SearchTable search(ImageDataSet train, Properties split, Path directory) {
        ScoreFunction accuracy = new EvaluationScoreFunction(Evaluation.Metric.ACCURACY);
        OptimizationConfiguration configuration = new OptimizationConfiguration.Builder()
                .candidateGenerator(SuccessiveHalving.of(space(train), accuracy, candidates, ETA, options.seed()))
                .dataSource(DigitsWithFewLabels.class, split)
                .scoreFunction(accuracy)
                .modelSaver(ZipResultSaver.below(directory))
                .build();
        Search search = Search.of(configuration, PretrainingTaskCreator.of(options.seed()), directory);
        try {
            search.execute();
        } catch (IllegalStateException e) {
            if (e.getCause() != null) {
                throw e; // a defect
            }
            throw new ExampleException(e.getMessage() + ": --out chooses it", e);
        }
        return search.table();
    }

    private static DbnSpace space(ImageDataSet train) {
        return DbnSpace.builder(train.features(), train.classes())
                .depth(new IntegerParameterSpace(1, 2))
                .widths(new IntegerParameterSpace(100, 400), new IntegerParameterSpace(100, 400))
                .layers(new RbmLayerSpace.Builder()
                        .negativePhase(NegativePhaseSpace.of(
                                        NegativePhaseSpace.Kind.CONTRASTIVE_DIVERGENCE,
                                        NegativePhaseSpace.Kind.PERSISTENT)
                                .withK(new IntegerParameterSpace(1, 2))
                                .withChains(new FixedValue<>(50)))
                        .build())
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(PRETRAINING_EPOCHS))
                        .withUpdaters(
                                new SgdSpace(new ContinuousParameterSpace(new LogUniformDistribution(0.01, 0.5)))))
                .updater(AdamSpace.withLR(new ContinuousParameterSpace(new LogUniformDistribution(3e-4, 1e-2))))
                .fineTuningEpochs(new FixedValue<>(FINE_TUNING_EPOCHS))
                .build();
    }

    /** Two layers of 200 units with the defaults of the library, as long as any candidate. */
    private static CandidateRecord defaults(ImageDataSet train, CandidateRecord like) {
        DbnSpace space = DbnSpace.builder(train.features(), train.classes())
                .widths(new FixedValue<>(DEFAULT_WIDTH), new FixedValue<>(DEFAULT_WIDTH))
                .pretraining(PretrainingSpace.ofEpochs(new FixedValue<>(PRETRAINING_EPOCHS)))
                .fineTuningEpochs(new FixedValue<>(FINE_TUNING_EPOCHS))
                .build();
        return CandidateRecord.of(space.getValue(new double[0]), like.seed());
    }

    /** Test errors in percent of trainings from several seeds; the first network is saved. */
    private double[] errors(CandidateRecord candidate, DigitsWithFewLabels source, ImageDataSet test, Path zip) {
        return LongStream.range(0, repeats)
                .mapToDouble(i -> {
                    MultiLayerNetwork network = (MultiLayerNetwork)
                            candidate.withSeed(options.seed() + i).train(source).model();
                    if (i == 0) {
                        save(network, zip.toFile());
                    }
                    return error(network, test);
                })
                .toArray();
    }

    private static void save(MultiLayerNetwork network, File zip) {
        try {
            network.save(zip, true);
        } catch (IOException e) {
            throw new ExampleException(zip + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static double error(MultiLayerNetwork network, ImageDataSet test) {
        return 100 * (1 - network.evaluate(test.iterator(EVALUATION_BATCH)).accuracy());
    }

    private static void report(
            PrintStream out,
            SearchTable found,
            SearchTable.Row best,
            double[] bestErrors,
            double[] defaultErrors,
            double loadedError,
            Path directory) {
        out.printf(
                "%nBest of %d trainings: candidate %d%n",
                found.rows().size(), best.candidate().index());
        best.parameters().forEach((name, value) -> out.printf("  %-24s %s%n", name, value));
        out.printf("%nTest error in percent, mean and standard deviation over %d seeds%n", bestErrors.length);
        out.println(line("searched", bestErrors));
        out.println(line("defaults", defaultErrors));
        out.printf(Locale.ROOT, "%nIn %s%n  search/report.html, search/table.csv%n", directory);
        out.printf(
                Locale.ROOT,
                "  best.zip  the searched network of the first seed; loaded again, its test error is %.2f %%%n",
                loadedError);
        out.println("  Best.java  its configuration and training as a program calls them");
    }

    private static String line(String name, double[] errors) {
        return String.format(
                Locale.ROOT,
                "  %s  %5.2f +- %.2f   %s",
                name,
                new Mean().evaluate(errors),
                new StandardDeviation().evaluate(errors),
                DoubleStream.of(errors)
                        .mapToObj(error -> String.format(Locale.ROOT, "%.2f", error))
                        .toList());
    }
}
