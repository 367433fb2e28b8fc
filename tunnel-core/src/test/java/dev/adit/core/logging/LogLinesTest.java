package dev.adit.core.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.config.LogConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is logged is one line, and one object, whoever wrote the text. */
final class LogLinesTest {
  private static final Instant AT = Instant.parse("2026-11-20T01:02:03.004567Z");

  private static LogRecord entry(Level level, String text) {
    LogRecord entry = new LogRecord(level, text);
    entry.setLoggerName("dev.adit.server.app.ServerApp");
    entry.setInstant(AT);
    return entry;
  }

  private static JsonObject json(LogRecord entry) {
    String line = new JsonLines().format(entry);
    assertEquals(line.length() - 1, line.indexOf('\n'), line);
    assertTrue(line.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f)), line);
    return JsonParser.parseString(line).getAsJsonObject();
  }

  @Test
  void jsonLineHasTimeLevelLoggerAndMessage() {
    assertEquals(
        "{\"ts\":\"2026-11-20T01:02:03.004Z\",\"level\":\"warn\",\"logger\":\"ServerApp\","
            + "\"message\":\"a \\\"b\\\"\\n  c\"}\n",
        new JsonLines().format(entry(Level.WARNING, "a \"b\"\n  c")));
  }

  @Test
  void everyLevelHasItsWord() {
    List<Level> levels = List.of(Level.SEVERE, Level.WARNING, Level.INFO, Level.FINE, Level.FINEST);
    assertEquals(
        List.of("error", "warn", "info", "debug", "trace"),
        levels.stream().map(level -> json(entry(level, "x")).get("level").getAsString()).toList());
  }

  @Test
  void anyTextIsOneJsonObjectThatSaysIt() {
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(40); length > 0; length--) {
        text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0xd800));
      }
      assertEquals(
          text.toString(), json(entry(Level.INFO, text.toString())).get("message").getAsString());
    }
  }

  @Test
  void stackTraceIsAFieldOrIndented() {
    LogRecord entry = entry(Level.SEVERE, "it failed");
    entry.setThrown(new IllegalStateException("forged\n2026-11-20 ERROR x - y"));
    assertTrue(json(entry).get("error").getAsString().contains("IllegalStateException"));
    List<String> lines = new TextLines().format(entry).lines().toList();
    assertTrue(lines.size() > 3);
    lines.stream()
        .skip(1)
        .forEach(line -> assertTrue(line.startsWith(" ") || line.startsWith("\t")));
  }

  @Test
  void textOfOthersBeginsNoLineAndTurnsNothingAround() {
    String line =
        new TextLines().format(entry(Level.INFO, "a\n2026 ERROR forged\r\u001b[31m\u202e\u2028b"));
    assertTrue(
        line.endsWith(" INFO ServerApp - a\n  2026 ERROR forged\\u001b[31m\\u202e\\u2028b\n"),
        line);
  }

  @Test
  void librariesFillInTheirParametersAndOursHaveNone() {
    LogRecord library = entry(Level.WARNING, "channel {0} closed");
    library.setLoggerName("io.grpc.internal.ManagedChannelImpl");
    library.setParameters(new Object[] {"seven"});
    assertEquals("channel seven closed", json(library).get("message").getAsString());
    LogRecord ours = entry(Level.WARNING, "a caller said {0}");
    ours.setParameters(new Object[] {"seven"});
    assertEquals("a caller said {0}", json(ours).get("message").getAsString());
    for (Formatter formatter : List.of(new TextLines(), new JsonLines())) {
      assertTrue(formatter.format(library).contains("channel seven closed"));
    }
  }

  @Test
  void levelIsForOursAndLibrariesAreHeardFromWarnOn() {
    PrintStream stderr = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try {
      System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
      Logging.start(new LogConfig(LogConfig.Level.DEBUG, LogConfig.Format.JSON));
      LoggerFactory.getLogger("dev.adit.x.Ours").debug("ours {}", 1);
      LoggerFactory.getLogger("dev.adit.x.Ours").trace("too fine");
      LoggerFactory.getLogger("io.netty.Theirs").info("not wanted");
      java.util.logging.Logger.getLogger("io.grpc.Theirs").warning("theirs");
      java.util.logging.Logger streams =
          java.util.logging.Logger.getLogger("io.grpc.netty.NettyServerHandler");
      streams.log(Level.WARNING, "Stream Error", new IllegalStateException("a tunnel's end"));
    } finally {
      System.setErr(stderr);
      LogManager.getLogManager().reset();
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
    String text = written.toString(StandardCharsets.UTF_8);
    assertEquals(2, text.lines().count(), text);
    assertTrue(text.contains("\"message\":\"ours 1\""), text);
    assertTrue(text.contains("\"level\":\"warn\",\"logger\":\"Theirs\""), text);
    assertFalse(text.contains("not wanted"), text);
  }

  /** What it warns of are headers that cannot be sent as they are: tokens among them. */
  @Test
  void whatCouldRepeatATokenIsSilent() throws Exception {
    String writer = Class.forName("io.grpc.internal.TransportFrameUtil").getName();
    try {
      Logging.start(new LogConfig(LogConfig.Level.TRACE, LogConfig.Format.TEXT));
      assertFalse(java.util.logging.Logger.getLogger(writer).isLoggable(Level.SEVERE));
    } finally {
      LogManager.getLogManager().reset();
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
  }
}
