/** The plugin inside whole Deeplearning4j programs, on real digits. */
package org.boltzmann4j.integration;
