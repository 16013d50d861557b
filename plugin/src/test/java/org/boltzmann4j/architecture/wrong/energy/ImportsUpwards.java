package org.boltzmann4j.architecture.wrong.energy;

public record ImportsUpwards(org.boltzmann4j.architecture.wrong.sampler.ImportsUpwards sampler) {}
