package org.boltzmann4j.architecture.wrong.objective;

public record ImportsUpwards(org.boltzmann4j.architecture.wrong.dl4j.ImportsUpwards dl4j) {}
