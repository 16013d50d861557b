package org.boltzmann4j.architecture.wrong.attic;

record Homeless() {}
