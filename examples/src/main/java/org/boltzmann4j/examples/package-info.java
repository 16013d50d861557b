/** Programs that show the plugin at work, each runnable with {@code --help}. */
@NullMarked
package org.boltzmann4j.examples;

import org.jspecify.annotations.NullMarked;
