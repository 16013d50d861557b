package org.boltzmann4j.architecture.wrong.units;

record UnitUtils() {}
