package dev.adit.core.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeaderRulesTest {
  private static AsciiString text(String text) {
    return new AsciiString(text);
  }

  private static CallProtocol protocol(String method, String contentType) {
    return HeaderRules.protocolOf(
        text(method), new HeaderFields().add(text("content-type"), text(contentType)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"})
  void postWithAGrpcContentTypeIsGrpc(String contentType) {
    assertEquals(CallProtocol.GRPC, protocol("POST", contentType));
    assertEquals(CallProtocol.HTTP, protocol("PUT", contentType));
    assertEquals(CallProtocol.HTTP, protocol("post", contentType));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpcx",
        "",
        "a"
      })
  void anyOtherRequestIsHttp(String contentType) {
    assertEquals(CallProtocol.HTTP, protocol("POST", contentType));
    assertEquals(CallProtocol.HTTP, HeaderRules.protocolOf(text("POST"), new HeaderFields()));
  }

  @Test
  void pathIsInOriginFormOrTheAsteriskOfOptions() {
    AsciiString get = text("GET");
    assertTrue(HeaderRules.isPath(get, text("/")));
    assertTrue(HeaderRules.isPath(get, text("/a/b?q=%20&r=\u00fc")));
    assertTrue(HeaderRules.isPath(text("OPTIONS"), text("*")));
    for (String path :
        new String[] {"", "a", "*", "/a b", "/a#b", "/a\u007f", "/a\nb", "http://h/"}) {
      assertFalse(HeaderRules.isPath(get, text(path)), path);
    }
    assertFalse(HeaderRules.isPath(text("OPTIONS"), text("**")));
  }

  @Test
  void fieldsThatEndAtEachHopAreTakenOutAndOthersKept() {
    HeaderFields fields = new HeaderFields();
    for (String name :
        new String[] {
          "a",
          "connection",
          "te",
          "b",
          "transfer-encoding",
          "upgrade",
          "keep-alive",
          "proxy-authenticate",
          "proxy",
          "a"
        }) {
      fields.add(text(name), text("v"));
    }
    HeaderFields kept = HeaderRules.forwardable(fields);
    assertEquals("HeaderFields[a, b, proxy, a]", kept.toString());
    assertSame(kept, HeaderRules.forwardable(kept));
  }

  @Test
  void whatOnlyWeMaySetIsKnown() {
    assertTrue(HeaderRules.isOurs(text("x-tunnel-reason")));
    assertFalse(HeaderRules.isOurs(text("x-tunnels")));
    assertFalse(HeaderRules.isOurs(text("tunnel")));
  }

  @Test
  void fieldNamesAreLowerCaseTokens() {
    assertTrue(FieldRules.isName(text("a-z0.9_!#$%&'*+^`|~")));
    for (String name :
        new String[] {"", "A", "a b", "a:", ":a", "a\u00fc", "a\n", "a\u0000", "a(", "\""}) {
      assertFalse(FieldRules.isName(text(name)), name);
    }
    assertTrue(FieldRules.isToken(text("GeT")));
    assertFalse(FieldRules.isToken(text("GE T")));
    assertTrue(FieldRules.isName(text("xaay").subSequence(1, 3)));
  }

  @Test
  void fieldValuesAreAnyBytesButThoseThatEndALine() {
    assertTrue(FieldRules.isValue(text("")));
    assertTrue(FieldRules.isValue(text(" a\tb\u00ff\u007f\u0001 ")));
    for (String value : new String[] {"\u0000", "a\r", "\nb", "a\r\nb"}) {
      assertFalse(FieldRules.isValue(text(value)));
    }
    assertFalse(
        FieldRules.areSound(
            new HeaderFields().add(text("a"), text("b")).add(text("c"), text("\n"))));
  }
}
