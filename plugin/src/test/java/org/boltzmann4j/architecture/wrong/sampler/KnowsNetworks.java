package org.boltzmann4j.architecture.wrong.sampler;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

record KnowsNetworks(MultiLayerConfiguration configuration) {}
