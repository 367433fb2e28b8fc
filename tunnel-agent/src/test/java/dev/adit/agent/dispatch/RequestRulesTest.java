package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;

/** What the agent writes to backends, whatever a server has let through. */
final class RequestRulesTest {

  private static CallHeaders head(String method, String authority, String path, String... fields) {
    HeaderFields all = new HeaderFields();
    for (int i = 0; i < fields.length; i += 2) {
      all.add(new AsciiString(fields[i]), new AsciiString(fields[i + 1]));
    }
    return new CallHeaders(
        CallProtocol.GRPC,
        new AsciiString(method),
        AsciiString.of("http"),
        new AsciiString(authority),
        new AsciiString(path),
        all,
        CallHeaders.NO_TIMEOUT);
  }

  private static boolean isSound(String... fields) {
    return RequestRules.areSound(head("POST", "host:80", "/a.B/c", fields));
  }

  @Test
  void usualHeadsAreSound() {
    assertTrue(isSound());
    assertTrue(
        isSound(
            "te",
            "trailers",
            "content-type",
            "application/grpc",
            "user-agent",
            "x",
            "cookie",
            "a",
            "cookie",
            "b",
            "content-length",
            "0",
            "x-a",
            "\u00ff \t",
            "grpc-encoding",
            "gzip"));
    assertTrue(isSound("proxy-authorization", "Basic x", "upgrade-insecure-requests", "1"));
    assertTrue(isSound("content-length", "9".repeat(19)));
    assertTrue(RequestRules.areSound(head("GET", "", "/")));
    assertTrue(RequestRules.areSound(head("OPTIONS", "", "*")));
  }

  @Test
  void valuesThatEndALineAreNot() {
    for (String value : new String[] {"a\rb", "a\nb", "a\0b", "\r", "\n", "\0"}) {
      assertFalse(isSound("x", value));
      assertFalse(isSound("x-first", "y", "x", value));
    }
  }

  @Test
  void namesThatAreNoLowerCaseTokensAreNot() {
    for (String name : new String[] {"X", "a b", ":path", ":", "a:", "a\n", "a\0", "\u00e9"}) {
      assertFalse(isSound(name, "x"), name);
    }
  }

  @Test
  void connectIsNot() {
    assertFalse(RequestRules.areSound(head("CONNECT", "host:80", "/")));
  }

  @Test
  void fieldsOfAConnectionAreNot() {
    for (String name :
        new String[] {
          "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"
        }) {
      assertFalse(isSound(name, "x"), name);
      assertFalse(isSound(name, ""), name);
    }
    assertFalse(isSound("te", "gzip"));
    assertFalse(isSound("te", "trailers", "te", "deflate"));
  }

  @Test
  void whatHasAPlaceOfItsOwnIsNotAFieldToo() {
    assertFalse(isSound("host", "host:80"));
    assertFalse(isSound("grpc-timeout", "1S"));
  }

  @Test
  void lengthIsOneNumber() {
    assertFalse(isSound("content-length", "5", "content-length", "5"));
    for (String value : new String[] {"", "-1", "+1", "1,1", " 1", "0x1", "9".repeat(20)}) {
      assertFalse(isSound("content-length", value), value);
    }
  }

  @Test
  void listHasItsLimit() {
    int room = RequestRules.MAX_HEAD_BYTES - 1 - 32;
    assertTrue(isSound("x", "y".repeat(room)));
    assertFalse(isSound("x", "y".repeat(room + 1)));
  }

  @Test
  void methodPathAndAuthorityAreWhatTheyAreCalled() {
    for (String method : new String[] {"", "GE T", "GET\r\n", "G:"}) {
      assertFalse(RequestRules.areSound(head(method, "", "/")), method);
    }
    for (String path : new String[] {"", "a", "http://a/", "*", "/a b", "/a\r", "/a\0", "/#"}) {
      assertFalse(RequestRules.areSound(head("POST", "", path)), path);
    }
    for (String authority : new String[] {"a b", "u@h", "h/p", "h\r\n", "h\0", "h,i", "\u00e9"}) {
      assertFalse(RequestRules.areSound(head("POST", authority, "/")), authority);
    }
  }
}
