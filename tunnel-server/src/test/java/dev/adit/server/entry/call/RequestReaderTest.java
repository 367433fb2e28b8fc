package dev.adit.server.entry.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallException;
import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.http2.Http2HeaderFields;
import dev.adit.core.tunnel.grpc.ProxyMethod;
import dev.adit.server.config.ForwardedHeaders;
import io.netty.util.AsciiString;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a request's header list to the head of a call. */
final class RequestReaderTest {
  private static final AsciiString NEW_ID = AsciiString.of("new-id");

  private static RequestReader reader(ForwardedHeaders forwarded) {
    return new RequestReader(
        forwarded, null, 1000, AsciiString.of("192.0.2.7"), AsciiString.of("http"));
  }

  /** A gRPC request with these fields, pseudo-headers among them. */
  private static Http2HeaderFields list(String... fields) {
    Http2HeaderFields list = new Http2HeaderFields();
    List<String> all =
        new ArrayList<>(List.of(":method", "POST", ":scheme", "http", ":path", "/s/m"));
    all.addAll(List.of(fields));
    for (int i = 0; i < all.size(); i += 2) {
      list.add(new AsciiString(all.get(i)), new AsciiString(all.get(i + 1)));
    }
    return list;
  }

  private static CallHeaders read(ForwardedHeaders forwarded, String... fields)
      throws CallException {
    return reader(forwarded).read(list(fields), NEW_ID);
  }

  private static List<String> lines(CallHeaders headers) {
    HeaderFields fields = headers.fields();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      lines.add(fields.name(i) + ": " + fields.value(i));
    }
    return lines;
  }

  private static CallFailure failure(String... fields) {
    return assertThrows(CallException.class, () -> read(ForwardedHeaders.OFF, fields)).failure();
  }

  @Test
  void fieldsKeepOrderDuplicatesAndBytes() throws CallException {
    CallHeaders headers =
        read(ForwardedHeaders.OFF, "b", "2", "a", "1", "b", "", "x-bin", "\u00ff\u0080", "b", "2");
    assertEquals(
        List.of("b: 2", "a: 1", "b: ", "x-bin: \u00ff\u0080", "b: 2", "x-request-id: new-id"),
        lines(headers));
  }

  @Test
  void agentThatDialsTheEntryIsToldSo() {
    assertEquals(
        "/" + ProxyMethod.DESCRIPTOR.getFullMethodName(), RequestReader.TUNNEL_PATH.toString());
    Http2HeaderFields list = list("content-type", "application/grpc");
    list.path(RequestReader.TUNNEL_PATH);
    CallException refused =
        assertThrows(
            CallException.class, () -> reader(ForwardedHeaders.OVERWRITE).read(list, NEW_ID));
    assertEquals(CallFailure.FORBIDDEN, refused.failure());
    assertEquals("agents dial the address of tunnel.listen, and this is the entry", refused.text());
  }

  @Test
  void requestThatIsRefusedIsToldAsItCame() {
    Http2HeaderFields list = list("content-type", "application/grpc", "host", "shop.test");
    list.path(AsciiString.of("s/m with a blank"));
    CallHeaders told = RequestReader.unread(list);
    assertEquals("POST shop.tests/m with a blank", told.toString());
    assertTrue(told.isGrpc());
    list.authority(AsciiString.of("a b"));
    assertEquals("POST a bs/m with a blank", RequestReader.unread(list).toString());
    assertEquals(0, RequestReader.unread(new Http2HeaderFields()).toString().strip().length());
  }

  @Test
  void hopByHopFieldsEndHere() throws CallException {
    CallHeaders headers =
        read(
            ForwardedHeaders.OFF,
            "proxy-authorization",
            "x",
            "proxy-anything",
            "x",
            "keep-alive",
            "x",
            "upgrade",
            "x",
            "transfer-encoding",
            "x",
            "connection",
            "x",
            "te",
            "gzip",
            "host",
            "h",
            "kept",
            "y");
    assertEquals(List.of("kept: y", "x-request-id: new-id"), lines(headers));
  }

  @Test
  void trailersAreAcceptedForGrpcAndForWhoeverSaysSo() throws CallException {
    assertEquals(
        List.of("content-type: application/grpc", "te: trailers", "x-request-id: new-id"),
        lines(read(ForwardedHeaders.OFF, "content-type", "application/grpc")));
    assertEquals(
        List.of("te: trailers", "x-request-id: new-id"),
        lines(read(ForwardedHeaders.OFF, "te", "trailers")));
  }

  @Test
  void callerCannotForgeWhatWeSay() throws CallException {
    CallHeaders headers =
        read(
            ForwardedHeaders.OVERWRITE,
            "x-forwarded-for",
            "1.1.1.1",
            "x-forwarded-proto",
            "https",
            "x-forwarded-host",
            "evil",
            "forwarded",
            "for=evil",
            "x-tunnel-reason",
            "evil");
    assertEquals(
        List.of("x-forwarded-for: 192.0.2.7", "x-forwarded-proto: http", "x-request-id: new-id"),
        lines(headers));
  }

  /** To a backend behind CGI or WSGI they are one. */
  @ParameterizedTest
  @ValueSource(strings = {"x_forwarded_for", "x-forwarded_for", "x.forwarded.proto"})
  void callerCannotForgeItInAnotherSpellingEither(String name) throws CallException {
    for (ForwardedHeaders how : List.of(ForwardedHeaders.OVERWRITE, ForwardedHeaders.APPEND)) {
      assertEquals(
          List.of("x-forwarded-for: 192.0.2.7", "x-forwarded-proto: http", "x-request-id: new-id"),
          lines(read(how, name, "1.1.1.1", "x_tunnel_reason", "evil")));
    }
    assertEquals(
        List.of(name + ": 1.1.1.1", "x-request-id: new-id"),
        lines(read(ForwardedHeaders.OFF, name, "1.1.1.1")));
    assertEquals(
        List.of(
            "x-forward: 1",
            "x-forwarded-for: 192.0.2.7",
            "x-forwarded-proto: http",
            "x-request-id: new-id"),
        lines(read(ForwardedHeaders.OVERWRITE, "x-forward", "1")));
  }

  @Test
  void trustedProxiesWordsComeBeforeOurs() throws CallException {
    CallHeaders headers =
        read(
            ForwardedHeaders.APPEND,
            "x-forwarded-for",
            "1.1.1.1",
            "x-forwarded-for",
            "2.2.2.2",
            "x-forwarded-proto",
            "https",
            "forwarded",
            "for=kept",
            "x-tunnel-reason",
            "evil");
    assertEquals(
        List.of(
            "forwarded: for=kept",
            "x-forwarded-for: 1.1.1.1, 2.2.2.2, 192.0.2.7",
            "x-forwarded-proto: https, http",
            "x-request-id: new-id"),
        lines(headers));
  }

  @Test
  void forwardedFieldsMayBeLeftAlone() throws CallException {
    assertEquals(
        List.of("x-forwarded-for: 1.1.1.1", "forwarded: f", "x-request-id: new-id"),
        lines(read(ForwardedHeaders.OFF, "x-forwarded-for", "1.1.1.1", "forwarded", "f")));
  }

  @Test
  void requestIdOfTheCallerIsKept() throws CallException {
    assertEquals(
        List.of("x-request-id: mine"), lines(read(ForwardedHeaders.OFF, "x-request-id", "mine")));
    assertEquals(
        List.of("x-request-id: new-id", "b: 2"),
        lines(read(ForwardedHeaders.OFF, "x-request-id", "", "b", "2")));
  }

  @Test
  void hostStandsInForAnAuthorityAndMustAgreeWithIt() throws CallException {
    assertEquals("h:1", read(ForwardedHeaders.OFF, "host", "h:1").authority().toString());
    assertEquals(
        "h", read(ForwardedHeaders.OFF, ":authority", "h", "host", "h").authority().toString());
    assertEquals("", read(ForwardedHeaders.OFF).authority().toString());
    assertEquals(CallFailure.MALFORMED, failure(":authority", "h", "host", "other"));
    assertEquals(CallFailure.MALFORMED, failure("host", "h", "host", "other"));
    assertEquals(CallFailure.MALFORMED, failure("host", "h", "host", "h", "host", "other"));
  }

  @Test
  void hostMayBeWrittenInAnotherCaseAndWithTheSchemesPort() throws CallException {
    for (String host : List.of("H.test", "h.test:80", "h.TEST:80")) {
      assertEquals(
          "h.test",
          read(ForwardedHeaders.OFF, ":authority", "h.test", "host", host).authority().toString());
    }
    read(ForwardedHeaders.OFF, ":authority", "h.test:80", "host", "H.test", "host", "h.test");
    read(ForwardedHeaders.OFF, ":authority", "[::1]:80", "host", "[::1]");
    assertEquals(CallFailure.MALFORMED, failure(":authority", "h.test", "host", "h.test:443"));
    assertEquals(CallFailure.MALFORMED, failure(":authority", "h.test", "host", "h.test:8080"));
    assertEquals(CallFailure.MALFORMED, failure(":authority", "h.test:8080", "host", "h.test"));
    assertEquals(CallFailure.MALFORMED, failure("host", "h.test:80", "host", "i.test"));
    Http2HeaderFields secure = list(":authority", "h.test", "host", "H.test:443");
    secure.scheme(AsciiString.of("https"));
    assertEquals(
        "h.test", reader(ForwardedHeaders.OFF).read(secure, NEW_ID).authority().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"user@h", "h/path", "h h", "h,i", "h?q", "h#f", "h\\i", "h\u0080"})
  void authorityThatIsNoHostIsMalformed(String authority) {
    assertEquals(CallFailure.MALFORMED, failure(":authority", authority));
  }

  @Test
  void timeoutIsTakenOutAndUnderstood() throws CallException {
    CallHeaders headers = read(ForwardedHeaders.OFF, "grpc-timeout", "20m");
    assertEquals(TimeUnit.MILLISECONDS.toNanos(20), headers.timeoutNanos());
    assertEquals(List.of("x-request-id: new-id"), lines(headers));
    assertFalse(read(ForwardedHeaders.OFF).hasTimeout());
    assertEquals(CallFailure.MALFORMED, failure("grpc-timeout", "20"));
    assertEquals(CallFailure.MALFORMED, failure("grpc-timeout", ""));
  }

  @Test
  void listIsCountedAsHttp2Counts() throws CallException {
    // 2 fields of 32 bytes on top of their own.
    int rest = 1000 - 64 - 2;
    read(ForwardedHeaders.OFF, "a", "x".repeat(rest / 2), "b", "x".repeat(rest - rest / 2));
    assertEquals(
        CallFailure.HEADER_TOO_LARGE,
        failure("a", "x".repeat(rest / 2), "b", "x".repeat(rest - rest / 2 + 1)));
  }

  @Test
  void requestWithoutItsPseudoHeadersIsMalformed() {
    Http2HeaderFields list = new Http2HeaderFields();
    list.add(AsciiString.of(":method"), AsciiString.of("CONNECT"));
    CallException e =
        assertThrows(CallException.class, () -> reader(ForwardedHeaders.OFF).read(list, NEW_ID));
    assertEquals(CallFailure.MALFORMED, e.failure());
  }

  /** RFC 5952, as other proxies write it; without the zone, which means something only here. */
  @Test
  void callersAddressIsWrittenShort() throws UnknownHostException {
    for (String written : List.of("192.0.2.7", "::1", "2001:db8::7")) {
      InetSocketAddress caller = new InetSocketAddress(InetAddress.getByName(written), 4711);
      assertEquals(written, EntryStreamHandler.hostOf(caller).toString());
    }
    byte[] local = InetAddress.getByName("fe80::1").getAddress();
    InetSocketAddress near = new InetSocketAddress(Inet6Address.getByAddress(null, local, 1), 4711);
    assertEquals("fe80::1", EntryStreamHandler.hostOf(near).toString());
  }
}
