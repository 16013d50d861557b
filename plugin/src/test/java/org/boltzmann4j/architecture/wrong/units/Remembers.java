package org.boltzmann4j.architecture.wrong.units;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

final class Remembers {

    static int count;
    static final AtomicInteger TOTAL = new AtomicInteger();
    static final ThreadLocal<String> MINE = new ThreadLocal<>();
    static final List<String> NAMES = new ArrayList<>();

    private Remembers() {}
}
