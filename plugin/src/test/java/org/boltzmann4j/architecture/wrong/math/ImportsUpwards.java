package org.boltzmann4j.architecture.wrong.math;

public record ImportsUpwards(org.boltzmann4j.architecture.wrong.units.ImportsUpwards units) {}
