/** The rooms of the plugin and who may import whom; {@code wrong} holds classes that break each rule on purpose. */
@NullMarked
package org.boltzmann4j.architecture;

import org.jspecify.annotations.NullMarked;
