package dev.adit.server.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.token.TokenHash;
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

  @Test
  void onlyAKnownBearerTokenIsAllowed() {
    AuthPolicy auth = new AuthPolicy(List.of(TokenHash.of("one"), TokenHash.of("two")));
    assertEquals(AuthPolicy.Verdict.ALLOWED, auth.judge(authorization("Bearer two")));
    assertEquals(AuthPolicy.Verdict.ALLOWED, auth.judge(authorization("bearer one")));
    assertEquals(AuthPolicy.Verdict.FORBIDDEN, auth.judge(authorization("Bearer three")));
    assertEquals(AuthPolicy.Verdict.UNAUTHENTICATED, auth.judge(authorization("Basic one")));
    assertEquals(AuthPolicy.Verdict.UNAUTHENTICATED, auth.judge(authorization("Bearer ")));
    assertEquals(AuthPolicy.Verdict.UNAUTHENTICATED, auth.judge(new HeaderFields()));
  }

  private static HeaderFields authorization(String value) {
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of("authorization"), AsciiString.of(value));
    return fields;
  }

  private static HeaderChanges.Field field(String name, String value) {
    return new HeaderChanges.Field(AsciiString.of(name), AsciiString.of(value));
  }
}
