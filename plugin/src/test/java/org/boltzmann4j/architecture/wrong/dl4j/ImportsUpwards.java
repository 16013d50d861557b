package org.boltzmann4j.architecture.wrong.dl4j;

public record ImportsUpwards(
        org.boltzmann4j.architecture.wrong.io.ImportsSideways io,
        org.boltzmann4j.architecture.wrong.arbiter.Leaf arbiter) {}
