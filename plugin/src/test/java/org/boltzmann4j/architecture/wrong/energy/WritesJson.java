package org.boltzmann4j.architecture.wrong.energy;

import org.nd4j.shade.jackson.databind.ObjectMapper;

record WritesJson(ObjectMapper mapper) {}
