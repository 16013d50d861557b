package org.boltzmann4j.architecture.wrong.sampler;

public record ImportsUpwards(org.boltzmann4j.architecture.wrong.objective.ImportsUpwards objective) {}
