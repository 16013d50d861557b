package org.boltzmann4j.arbiter;

import org.deeplearning4j.arbiter.optimize.api.data.DataSource;

/** A source of data that has examples without labels for pretraining, apart from the labelled ones. */
public interface PretrainingDataSource extends DataSource {

    /**
     * Returns the data to pretrain on.
     *
     * @return a {@code DataSetIterator} or, for graphs, a {@code MultiDataSetIterator}; labels are not looked at
     */
    Object unlabelledData();
}
