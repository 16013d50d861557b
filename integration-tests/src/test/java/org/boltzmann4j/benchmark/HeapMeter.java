package org.boltzmann4j.benchmark;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.boltzmann4j.dl4j.PretrainingListener;
import org.boltzmann4j.dl4j.PretrainingMonitors;
import org.boltzmann4j.dl4j.PretrainingProgress;

/**
 * What a training holds on the heap, and what each of its steps leaves there to the collector. A training in the thread that made
 * the meter, which has seen the heap before it.
 */
final class HeapMeter implements PretrainingListener {

    private static final int COLLECTIONS = 3;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long usedBefore = used();
    private long allocated;
    private long allocatedInTheLastEpoch;
    private long held;

    /** Of objects that can be reached: one collection leaves some behind that only a second one finds. */
    private static long used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Override
    public void onEpoch(PretrainingProgress progress, PretrainingMonitors monitors) {
        long now = threads.getCurrentThreadAllocatedBytes();
        allocatedInTheLastEpoch = now - allocated;
        held = used() - usedBefore;
        allocated = threads.getCurrentThreadAllocatedBytes();
    }

    /** At the end of the last epoch, before the training lets go of anything. */
    long held() {
        return held;
    }

    long allocatedInTheLastEpoch() {
        return allocatedInTheLastEpoch;
    }
}
