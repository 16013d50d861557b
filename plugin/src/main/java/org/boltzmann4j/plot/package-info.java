/** Pictures of images, filters and learning curves as PNG files, with or without working fonts. */
@NullMarked
package org.boltzmann4j.plot;

import org.jspecify.annotations.NullMarked;
