package org.boltzmann4j.math;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.nd4j.shade.jackson.annotation.JacksonAnnotationsInside;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.deser.std.StdDeserializer;

/** A whole number in JSON. DL4J's mapper would read 2.7 as 2 and a string as a number; this refuses both. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD})
@JacksonAnnotationsInside
@JsonDeserialize(using = StrictCount.Reader.class)
public @interface StrictCount {

    /** Reads integers and nothing else. */
    final class Reader extends StdDeserializer<Integer> {

        private static final long serialVersionUID = 1;

        Reader() {
            super(Integer.class);
        }

        @Override
        public Integer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                return (Integer) context.reportInputMismatch(
                        this, "%s = %s: expected a whole number", parser.currentName(), parser.getText());
            }
            return parser.getIntValue();
        }
    }
}
