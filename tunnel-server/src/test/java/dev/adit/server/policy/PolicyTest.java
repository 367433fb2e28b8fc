package dev.adit.server.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.HeaderFields;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PolicyTest {

  @Test
  void headersAreRemovedThenSetThenAdded() {
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of("a"), AsciiString.of("1"));
    fields.add(AsciiString.of("b"), AsciiString.of("2"));
    fields.add(AsciiString.of("a"), AsciiString.of("3"));
    new HeaderChanges(
            List.of(field("b", "x"), field("c", "y")),
            List.of(field("b", "z")),
            List.of(AsciiString.of("a")))
        .applyTo(fields);
    HeaderFields expected = new HeaderFields();
    expected.add(AsciiString.of("b"), AsciiString.of("x"));
    expected.add(AsciiString.of("c"), AsciiString.of("y"));
    expected.add(AsciiString.of("b"), AsciiString.of("z"));
    assertEquals(expected, fields);
  }

  private static HeaderChanges.Field field(String name, String value) {
    return new HeaderChanges.Field(AsciiString.of(name), AsciiString.of(value));
  }
}
