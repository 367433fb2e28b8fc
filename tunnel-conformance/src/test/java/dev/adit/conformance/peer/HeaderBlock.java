package dev.adit.conformance.peer;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HPACK: what we write is literals only, so that nothing keeps us from writing it. */
public final class HeaderBlock {
  private static final int SEVEN_BITS = 0x7f;
  private static final long MAX_LIST = 1 << 20;

  private final DefaultHttp2HeadersDecoder decoder =
      new DefaultHttp2HeadersDecoder(false, MAX_LIST);

  /** Any names and values, in this order. */
  public static byte[] encode(List<Field> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Field field : fields) {
      out.write(0);
      string(out, field.name());
      string(out, field.value());
    }
    return out.toByteArray();
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int length = bytes.length;
    if (length < SEVEN_BITS) {
      out.write(length);
    } else {
      out.write(SEVEN_BITS);
      int rest = length - SEVEN_BITS;
      while (rest > SEVEN_BITS) {
        out.write((rest & SEVEN_BITS) | 0x80);
        rest >>>= 7;
      }
      out.write(rest);
    }
    out.writeBytes(bytes);
  }

  List<Field> decode(int streamId, byte[] block) throws Http2Exception {
    Http2Headers headers = decoder.decodeHeaders(streamId, Unpooled.wrappedBuffer(block));
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      fields.add(new Field(header.getKey().toString(), header.getValue().toString()));
    }
    return fields;
  }
}
