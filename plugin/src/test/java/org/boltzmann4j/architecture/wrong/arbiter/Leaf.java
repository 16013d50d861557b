package org.boltzmann4j.architecture.wrong.arbiter;

public record Leaf() {}
