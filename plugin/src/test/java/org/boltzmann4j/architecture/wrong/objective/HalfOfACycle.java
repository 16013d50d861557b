package org.boltzmann4j.architecture.wrong.objective;

public record HalfOfACycle(org.boltzmann4j.architecture.wrong.estimate.HalfOfACycle other) {}
