package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.protobuf.ByteString;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.wire.protobuf.MessageReader;
import dev.adit.core.wire.protobuf.PartReader;
import dev.adit.core.wire.protobuf.WireException;
import dev.adit.proto.v1.Header;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Texts of a tunnel that come again. */
final class KnownTextsTest {
  private final KnownTexts texts = new KnownTexts();

  private static PartReader part(ByteBuf bytes) {
    MessageReader message = new MessageReader();
    message.open(bytes);
    PartReader part = new PartReader();
    part.open(message, 0, bytes.readableBytes());
    return part;
  }

  private AsciiString read(String text) {
    ByteBuf in = Unpooled.copiedBuffer(text + "rest", StandardCharsets.US_ASCII);
    PartReader reader = part(in);
    AsciiString read = texts.read(reader, text.length());
    assertEquals(text.length(), reader.at());
    assertEquals(text, read.toString());
    return read;
  }

  @Test
  void textThatComesAgainIsTheSame() {
    assertSame(read("content-type"), read("content-type"));
    assertSame(read("x"), read("x"));
    assertEquals("", read("").toString());
  }

  /** The bytes that choose the place are the same, others are not. */
  @Test
  void textsThatShareAPlaceAreToldApart() {
    AsciiString one = read("a-b-c");
    assertNotSame(one, read("a-bxc"));
    assertSame(one, read("a-b-c"));
  }

  @Test
  void longOnesAreNotKept() {
    assertSame(read("k".repeat(64)), read("k".repeat(64)));
    assertNotSame(read("k".repeat(65)), read("k".repeat(65)));
  }

  @Test
  void whatDiffersEachTimePushesOutNobodyWhoIsInUse() {
    AsciiString path = read("/shop.Cart/Get");
    for (int i = 0; i < 100_000; i++) {
      read("id-" + i);
      assertSame(path, read("/shop.Cart/Get"));
    }
  }

  @Test
  void whoIsNotReadAnyMoreMakesWay() {
    AsciiString gone = read("a-b-c");
    AsciiString next = read("a-bxc");
    for (int i = 0; i < 10; i++) {
      next = read("a-bxc");
    }
    assertSame(next, read("a-bxc"));
    assertNotSame(gone, read("a-b-c"));
  }

  private static ByteBuf head() {
    dev.adit.proto.v1.RequestHead head =
        dev.adit.proto.v1.RequestHead.newBuilder()
            .setWindow(1000)
            .addHeaders(field("te", "trailers"))
            .addHeaders(field("authorization", "Bearer a"))
            .build();
    return Unpooled.wrappedBuffer(head.toByteArray());
  }

  private static Header.Builder field(String name, String value) {
    return Header.newBuilder()
        .setName(ByteString.copyFromUtf8(name))
        .setValue(ByteString.copyFromUtf8(value));
  }

  private static HeaderFields read(HeadReader heads) throws WireException {
    return heads.requestHead(part(head())).headers().fields();
  }

  /** A secret is forgotten with its call. */
  @Test
  void valuesAreKeptOfFieldsWithoutSecretsOnly() throws WireException {
    HeadReader heads = new HeadReader();
    HeaderFields first = read(heads);
    HeaderFields again = read(heads);
    assertSame(first.get(AsciiString.of("te")), again.get(AsciiString.of("te")));
    AsciiString authorization = AsciiString.of("authorization");
    assertEquals(first.get(authorization), again.get(authorization));
    assertNotSame(first.get(authorization), again.get(authorization));
  }
}
