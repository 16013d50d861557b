package org.boltzmann4j.architecture.wrong.io;

import org.boltzmann4j.architecture.wrong.plot.Leaf;

public record ImportsSideways(Leaf leaf) {}
