/** Hyperparameter search with Arbiter over pretraining and fine-tuning: spaces, tasks, scores, a search that can be resumed, its report. */
@NullMarked
package org.boltzmann4j.arbiter;

import org.jspecify.annotations.NullMarked;
