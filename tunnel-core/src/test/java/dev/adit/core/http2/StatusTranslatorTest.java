package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.GrpcCode;
import io.netty.handler.codec.http2.Http2Error;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class StatusTranslatorTest {
  @Example
  void resetsAreMappedAsGrpcPrescribes() {
    for (Http2Error error : Http2Error.values()) {
      GrpcCode expected =
          switch (error) {
            case REFUSED_STREAM -> GrpcCode.UNAVAILABLE;
            case CANCEL -> GrpcCode.CANCELLED;
            case ENHANCE_YOUR_CALM -> GrpcCode.RESOURCE_EXHAUSTED;
            case INADEQUATE_SECURITY -> GrpcCode.PERMISSION_DENIED;
            default -> GrpcCode.INTERNAL;
          };
      assertEquals(expected, StatusTranslator.ofReset(error.code()), error.name());
    }
    assertEquals(GrpcCode.INTERNAL, StatusTranslator.ofReset(14));
    assertEquals(GrpcCode.INTERNAL, StatusTranslator.ofReset(0xffff_ffffL));
    assertEquals(GrpcCode.INTERNAL, StatusTranslator.ofReset(-1));
    assertTrue(StatusTranslator.isCancel(8));
  }

  @Example
  void httpStatusesAreMappedAsGrpcPrescribes() {
    for (int status = 100; status < 1000; status++) {
      GrpcCode expected =
          switch (status) {
            case 400 -> GrpcCode.INTERNAL;
            case 401 -> GrpcCode.UNAUTHENTICATED;
            case 403 -> GrpcCode.PERMISSION_DENIED;
            case 404 -> GrpcCode.UNIMPLEMENTED;
            case 429, 502, 503, 504 -> GrpcCode.UNAVAILABLE;
            default -> GrpcCode.UNKNOWN;
          };
      assertEquals(expected, StatusTranslator.ofHttpStatus(status));
    }
  }

  @Property(tries = 1000)
  void anyMessageIsPrintableAsciiAndReadsBack(@ForAll String message) {
    String escaped = StatusTranslator.escapeMessage(message).toString();
    assertTrue(escaped.chars().allMatch(c -> c >= ' ' && c < 0x7f));
    String utf8 = new String(message.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    assertEquals(utf8, URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8));
  }

  /** A client of 8 KiB ended its connection, with all calls on it, at a path of 15 KiB. */
  @Example
  void longMessageIsCutBehindAWholeCharacter() {
    String most = "x".repeat(1023);
    assertEquals(most + "y", StatusTranslator.escapeMessage(most + "y").toString());
    assertEquals(most + "y...", StatusTranslator.escapeMessage(most + "yz").toString());
    assertEquals(most + "...", StatusTranslator.escapeMessage(most + "\u00e4").toString());
    String face = "\ud83d\ude00";
    assertEquals(
        "%F0%9F%98%80".repeat(256) + "...",
        StatusTranslator.escapeMessage(face.repeat(5000)).toString());
  }
}
