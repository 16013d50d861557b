package org.boltzmann4j.architecture.wrong.estimate;

public record HalfOfACycle(org.boltzmann4j.architecture.wrong.objective.HalfOfACycle other) {}
