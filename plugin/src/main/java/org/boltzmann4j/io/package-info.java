/** Reading image data sets from files, and handing them to Deeplearning4j as iterators. */
@NullMarked
package org.boltzmann4j.io;

import org.jspecify.annotations.NullMarked;
