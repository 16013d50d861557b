package org.boltzmann4j.arbiter;

import org.deeplearning4j.arbiter.optimize.api.data.DataSource;

/** A source of data that has inputs of another kind, which a model should find unusual. */
public interface UnusualDataSource extends DataSource {

    /**
     * Returns the unusual inputs, of the test inputs' shape.
     *
     * @return a {@code DataSetIterator}; labels are not looked at
     */
    Object unusualData();
}
