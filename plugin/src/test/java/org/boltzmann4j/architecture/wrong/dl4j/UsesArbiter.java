package org.boltzmann4j.architecture.wrong.dl4j;

import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

interface UsesArbiter extends ParameterSpace<String> {}
