package dev.adit.agent.backend.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;

/** Which responses share their fields. */
final class AlikeResponsesTest {
  private static final AsciiString NAME = AsciiString.of("x");

  private final AlikeResponses responses = new AlikeResponses();
  private final HeaderFields read = new HeaderFields();

  private HeaderFields read(String value) {
    read.clear();
    return read.add(NAME, AsciiString.of(value));
  }

  @Test
  void headLikeTheLastIsTheLast() {
    ResponseHead first = responses.head(200, read("a"));
    assertSame(first, responses.head(200, read("a")));
    ResponseHead other = responses.head(200, read("b"));
    assertEquals(AsciiString.of("a"), first.fields().get(NAME), "it is no part of what is read");
    assertSame(other, responses.head(200, read("b")));
    assertNotSame(other, responses.head(204, read("b")));
    assertEquals(first, responses.head(200, read("a")));
  }

  @Test
  void trailersLikeTheLastAreTheLast() {
    HeaderFields first = responses.trailers(read("a"));
    assertSame(first, responses.trailers(read("a")));
    assertEquals(AsciiString.of("b"), responses.trailers(read("b")).get(NAME));
    assertEquals(AsciiString.of("a"), first.get(NAME));
    assertEquals(AsciiString.of("a"), responses.trailers(read("a")).get(NAME));
  }

  @Test
  void longOnesAreNotKept() {
    String value = "v".repeat(1024);
    assertNotSame(responses.head(200, read(value)), responses.head(200, read(value)));
    assertNotSame(responses.trailers(read(value)), responses.trailers(read(value)));
  }

  @Test
  void emptyOnesAreShared() {
    read.clear();
    assertSame(responses.trailers(read), responses.trailers(read));
    assertSame(responses.head(204, read), responses.head(204, read));
  }
}
