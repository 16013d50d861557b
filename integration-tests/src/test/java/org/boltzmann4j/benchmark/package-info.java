/**
 * How fast training and sampling are, beside the matrix products they cannot do without and beside the same algorithms
 * written in ND4J's array operations: {@code mvn -q -pl integration-tests -am test -DskipTests -P benchmark}.
 */
package org.boltzmann4j.benchmark;
