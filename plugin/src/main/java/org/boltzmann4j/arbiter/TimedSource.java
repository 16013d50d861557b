package org.boltzmann4j.arbiter;

import java.util.Map;
import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataProvider;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.deeplearning4j.arbiter.scoring.util.ScoreUtil;
import org.deeplearning4j.datasets.iterator.EarlyTerminationDataSetIterator;
import org.deeplearning4j.datasets.iterator.EarlyTerminationMultiDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** Data that look at the clock before each minibatch, so that scoring ends with a candidate's time too. */
@SuppressWarnings("deprecation") // the host's scores take an object only as a provider
final class TimedSource implements UnusualDataSource, DataProvider {

    private static final long serialVersionUID = 1;

    private final DataSource source;
    private final transient TimeLimit clock;

    TimedSource(DataSource source, TimeLimit clock) {
        this.source = source;
        this.clock = clock;
    }

    @Override
    public void configure(Properties properties) {
        source.configure(properties);
    }

    @Override
    public Object trainData() {
        return timed(source.trainData());
    }

    @Override
    public Object testData() {
        return timed(source.testData());
    }

    @Override
    public Object unusualData() {
        if (source instanceof UnusualDataSource unusual) {
            return timed(unusual.unusualData());
        }
        throw new IllegalStateException(
                source.getClass().getName() + " has no unusual inputs: expected an UnusualDataSource");
    }

    @Override
    public Object trainData(Map<String, Object> ignored) {
        return trainData();
    }

    @Override
    public Object testData(Map<String, Object> ignored) {
        return testData();
    }

    @Override
    public Class<?> getDataType() {
        return source.getDataType();
    }

    /** The host's iterators that end early, made to end never, and read in the thread whose time it is. */
    private Object timed(Object data) {
        if (data instanceof MultiDataSetIterator several) {
            return new EarlyTerminationMultiDataSetIterator(several, Integer.MAX_VALUE) {
                @Override
                public boolean asyncSupported() {
                    return false;
                }

                @Override
                public MultiDataSet next() {
                    clock.check();
                    return super.next();
                }
            };
        }
        DataSetIterator one = ScoreUtil.getIterator(data);
        return new EarlyTerminationDataSetIterator(one, Integer.MAX_VALUE) {
            @Override
            public boolean asyncSupported() {
                return false;
            }

            @Override
            public DataSet next() {
                clock.check();
                return super.next();
            }
        };
    }
}
