package org.boltzmann4j.integration;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.boltzmann4j.dl4j.Checkpoints;
import org.boltzmann4j.dl4j.GreedyPretrainer;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingProgress;
import org.boltzmann4j.dl4j.RbmLayer;
import org.boltzmann4j.objective.PersistentContrastiveDivergence;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** A pretraining that says what it holds in memory on the way. */
public final class LongRun {

    /** What the leaking program never lets go. */
    private static final List<INDArray> LEAK = new ArrayList<>();

    /** Of lines with bytes of the heap and of the process, at the iterations asked for. */
    static final String MEMORY = "MEMORY ";

    private static final int QUIET_ROUNDS = 5;
    private static final int MOST_ROUNDS = 200;
    private static final long FREED = 100_000;

    private static final int ROWS = 20;
    private static final int COLUMNS = 256;

    private LongRun() {}

    /**
     * Pretrains.
     *
     * @param arguments "flat" or "leaking" with a directory for checkpoints and iterations at which to measure, of which the last is
     *     the end; or "stream" with a number of bytes
     */
    public static void main(String... arguments) {
        if (arguments[0].equals("stream")) {
            int columns = 784;
            int minibatches = Math.toIntExact(Long.parseLong(arguments[1]) / (4L * columns * 100)) + 1;
            GeneratedRows data = new GeneratedRows(minibatches, 100, columns);
            pretrain(data, 1, null, progress -> {});
            System.out.println("streamed " + data.bytes() + " bytes");
            return;
        }
        List<Integer> measured = new ArrayList<>();
        for (int i = 2; i < arguments.length; i++) {
            measured.add(Integer.valueOf(arguments[i]));
        }
        int minibatches = 100;
        int epochs = measured.get(measured.size() - 1) / minibatches;
        int[] iteration = {0};
        pretrain(new GeneratedRows(minibatches, ROWS, COLUMNS), epochs, Path.of(arguments[1]), progress -> {
            if (arguments[0].equals("leaking")) {
                LEAK.add(Nd4j.create(DataType.FLOAT, ROWS, COLUMNS));
            }
            iteration[0]++;
            if (measured.contains(iteration[0])) {
                measure();
            }
        });
    }

    /**
     * Arrays outside of the heap are freed by threads of the host's, when the collector has found their owners gone: on a busy machine
     * they come late. So this waits until nothing more is freed.
     */
    private static void measure() {
        long least = Long.MAX_VALUE;
        for (int quiet = 0, rounds = 0; quiet < QUIET_ROUNDS && rounds < MOST_ROUNDS; rounds++) {
            System.gc();
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            quiet = heap < least - FREED ? 0 : quiet + 1;
            least = Math.min(least, heap);
        }
        System.out.println(MEMORY + least + " " + Pointer.physicalBytes());
    }

    private interface Watch {
        void minibatch(PretrainingProgress progress);
    }

    private static void pretrain(GeneratedRows data, int epochs, Path checkpoints, Watch watch) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Nesterovs(0.01, 0.5))
                .list()
                .layer(new RbmLayer.Builder()
                        .nIn(data.inputColumns())
                        .nOut(8)
                        .negativePhase(PersistentContrastiveDivergence.of(1, 5))
                        .build())
                .build());
        network.init();
        GreedyPretrainer.Builder builder = GreedyPretrainer.builder()
                .epochs(epochs)
                .reportProgress(false)
                .monitorRows(100)
                .backOff(1)
                .listeners(new PretrainingListener() {
                    @Override
                    public void onMinibatch(PretrainingProgress progress) {
                        watch.minibatch(progress);
                    }
                });
        if (checkpoints != null) {
            builder.checkpoints(Checkpoints.in(checkpoints).everyMinibatches(500));
        }
        builder.build().pretrain(network, data);
    }
}
