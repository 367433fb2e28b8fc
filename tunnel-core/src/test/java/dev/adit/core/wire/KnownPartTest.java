package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.wire.protobuf.MessageReader;
import dev.adit.core.wire.protobuf.PartReader;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.Trailers;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Heads and trailers that come as the same bytes are read once. */
final class KnownPartTest {
  private static final AsciiString NAME = AsciiString.of("x");

  private final HeadReader heads = new HeadReader();
  private final MessageReader message = new MessageReader();

  /** One for all, as a tunnel has it. */
  private final PartReader part = new PartReader();

  private PartReader part(byte[] bytes) {
    message.open(Unpooled.wrappedBuffer(bytes));
    part.open(message, 0, bytes.length);
    return part;
  }

  private static Header field(String value) {
    return Header.newBuilder()
        .setName(ByteString.copyFromUtf8("x"))
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  private ResponseHead head(int status, String value) throws WireException {
    MessageLite sent =
        dev.adit.proto.v1.ResponseHead.newBuilder()
            .setStatus(status)
            .addHeaders(field(value))
            .build();
    ResponseHead read = heads.responseHead(part(sent.toByteArray()));
    assertEquals(status, read.status());
    assertEquals(AsciiString.of(value), read.fields().get(NAME));
    assertEquals(part.end(), part.at(), "it is passed");
    return read;
  }

  private HeaderFields trailers(String value) throws WireException {
    MessageLite sent = Trailers.newBuilder().addHeaders(field(value)).build();
    HeaderFields read = heads.trailers(part(sent.toByteArray()));
    assertEquals(AsciiString.of(value), read.get(NAME));
    assertEquals(part.end(), part.at(), "it is passed");
    return read;
  }

  @Test
  void headLikeTheLastIsTheLast() throws WireException {
    ResponseHead first = head(200, "a");
    assertSame(first, head(200, "a"));
    ResponseHead other = head(200, "b");
    assertEquals(AsciiString.of("a"), first.fields().get(NAME), "it is no part of what is read");
    assertSame(other, head(200, "b"));
    assertNotSame(other, head(204, "b"));
    assertEquals(first, head(200, "a"));
    head(200, "longer than those before");
    head(200, "a");
  }

  @Test
  void trailersLikeTheLastAreTheLast() throws WireException {
    HeaderFields first = trailers("a");
    assertSame(first, trailers("a"));
    trailers("b");
    assertEquals(AsciiString.of("a"), first.get(NAME));
    trailers("a");
    trailers("ab");
  }

  /** A head between them, of which the same reader has read the bytes, changes nothing. */
  @Test
  void headsAndTrailersAreKeptApart() throws WireException {
    HeaderFields trailers = trailers("a");
    ResponseHead head = head(200, "b");
    assertSame(trailers, trailers("a"));
    assertSame(head, head(200, "b"));
  }

  @Test
  void longOnesAreNotKept() throws WireException {
    String value = "v".repeat(1024);
    assertNotSame(trailers(value), trailers(value));
    HeaderFields kept = trailers("a");
    trailers(value);
    assertSame(kept, trailers("a"));
  }

  @Test
  void emptyOnesAreShared() throws WireException {
    HeaderFields none = heads.trailers(part(new byte[0]));
    assertSame(none, heads.trailers(part(new byte[0])));
    assertEquals(0, none.size());
    trailers("a");
  }

  @Test
  void longerOnesThatBeginAlikeAreReadAnew() throws WireException {
    HeaderFields one = trailers("a");
    Trailers two = Trailers.newBuilder().addHeaders(field("a")).addHeaders(field("b")).build();
    assertEquals(one.size() + 1, heads.trailers(part(two.toByteArray())).size());
    assertEquals(one, trailers("a"));
  }

  @Test
  void whatCannotBeReadIsNotKept() throws WireException {
    byte[] cut = Trailers.newBuilder().addHeaders(field("a")).build().toByteArray();
    byte[] bad = Arrays.copyOf(cut, cut.length - 1);
    for (int i = 0; i < 2; i++) {
      assertThrows(WireException.class, () -> heads.trailers(part(bad)));
    }
    byte[] other = "no message".getBytes(StandardCharsets.US_ASCII);
    assertThrows(WireException.class, () -> heads.responseHead(part(other)));
  }
}
