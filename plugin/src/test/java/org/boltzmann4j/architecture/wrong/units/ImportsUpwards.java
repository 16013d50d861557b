package org.boltzmann4j.architecture.wrong.units;

public record ImportsUpwards(org.boltzmann4j.architecture.wrong.energy.ImportsUpwards energy) {}
