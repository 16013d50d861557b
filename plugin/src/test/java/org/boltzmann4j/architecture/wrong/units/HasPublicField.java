package org.boltzmann4j.architecture.wrong.units;

final class HasPublicField {

    public double mean;
}
