package org.boltzmann4j.architecture.wrong.plot;

public record Leaf() {}
