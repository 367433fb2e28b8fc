package dev.adit.demo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadyLineTest {
  @Test
  void fieldsAreReadByKey() {
    ReadyLine line =
        ReadyLine.parse("ready entry=127.0.0.1:8002 tunnel=[::1]:8003  note=a=b").orElseThrow();

    assertEquals("127.0.0.1:8002", line.field("entry"));
    assertEquals("[::1]:8003", line.field("tunnel"));
    assertEquals("a=b", line.field("note"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ready", "ready soon", "ready =x", "already a=b", " ready a=b"})
  void otherLinesAreNone(String line) {
    assertEquals(Optional.empty(), ReadyLine.parse(line));
  }

  @Test
  void aMissingFieldIsNamed() {
    ReadyLine line = new ReadyLine(Map.of("agent", "site-a"));

    IllegalArgumentException failure =
        assertThrows(IllegalArgumentException.class, () -> line.field("servers"));
    assertEquals("ready line has [agent], not servers", failure.getMessage());
  }
}
