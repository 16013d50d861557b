package org.boltzmann4j.arbiter;

import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;

/** {@link Stripes} with labels only, and no unusual ones. */
public final class PlainStripes implements DataSource {

    private static final long serialVersionUID = 1;

    private final Stripes stripes = new Stripes();

    /** As the host makes it. */
    public PlainStripes() {}

    @Override
    public void configure(Properties properties) {
        stripes.configure(properties);
    }

    @Override
    public Object trainData() {
        return stripes.trainData();
    }

    @Override
    public Object testData() {
        return stripes.testData();
    }

    @Override
    public Class<?> getDataType() {
        return stripes.getDataType();
    }
}
