package dev.adit.server.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.server.policy.HeaderChanges.Field;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Heads of responses, which calls may share. */
final class HeaderChangesTest {
  private static final AsciiString NAME = AsciiString.of("x");
  private static final AsciiString OTHER = AsciiString.of("y");

  private final ResponseHead head =
      new ResponseHead(200, new HeaderFields().add(NAME, AsciiString.of("as it came")));

  @Test
  void headOfAnotherCallStaysAsItCame() {
    HeaderChanges changes =
        new HeaderChanges(
            List.of(new Field(OTHER, AsciiString.of("set"))), List.of(), List.of(NAME));
    ResponseHead changed = changes.appliedTo(head);
    assertEquals(200, changed.status());
    assertNull(changed.fields().get(NAME));
    assertEquals(AsciiString.of("set"), changed.fields().get(OTHER));
    assertEquals(AsciiString.of("as it came"), head.fields().get(NAME));
    assertNull(head.fields().get(OTHER));
  }

  @Test
  void headWithoutChangesIsTheSame() {
    assertSame(head, HeaderChanges.NONE.appliedTo(head));
  }
}
