package org.boltzmann4j.arbiter;

import java.util.Properties;
import org.deeplearning4j.arbiter.optimize.api.data.DataSource;
import org.jspecify.annotations.Nullable;

/** Opens sources of data, which the host names by their class. */
final class SearchData {

    private SearchData() {}

    /** A new source, configured where there are properties. */
    static DataSource open(Class<? extends DataSource> type, @Nullable Properties properties) {
        try {
            DataSource source = type.getConstructor().newInstance();
            if (properties != null) {
                source.configure(properties);
            }
            return source;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    type.getName() + ": expected a public class with a public constructor without arguments", e);
        }
    }
}
