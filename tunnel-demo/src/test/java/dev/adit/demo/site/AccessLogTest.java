package dev.adit.demo.site;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration NOW = Duration.ZERO;

  @TempDir private Path directory;
  private Path file;
  private AccessLog log;

  @BeforeEach
  void open() {
    file = directory.resolve("access.log");
    log = new AccessLog(file);
  }

  @Test
  void theLineOfACallIsFoundByItsRequestId() throws Exception {
    append("{\"requestId\":\"id-1\",\"rule\":\"users\",\"group\":\"a\",\"agent\":\"site-a\"}\n");
    append("{\"requestId\":\"id-2\",\"rule\":\"orders\",\"group\":\"b\",\"agent\":\"site-b\"}\n");

    assertEquals(Optional.of(entry("orders", "b", "site-b")), log.await("id-2", NOW));
  }

  @Test
  void anIdElsewhereInALineIsNotTheCall() throws Exception {
    append("{\"requestId\":\"other\",\"path\":\"/id-1\"}\n");

    assertEquals(Optional.empty(), log.await("id-1", NOW));
  }

  @Test
  void absentNullAndEmptyFieldsAreEmpty() throws Exception {
    append("{\"requestId\":\"id-1\",\"rule\":null,\"group\":\"\"}\n");

    assertEquals(
        Optional.of(new AccessLog.Entry(Optional.empty(), Optional.empty(), Optional.empty())),
        log.await("id-1", NOW));
  }

  @Test
  void aLineThatComesLaterIsWaitedFor() throws Exception {
    CompletableFuture<Optional<AccessLog.Entry>> found =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return log.await("id-1", SOON);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    append("{\"requestId\":\"id-1\",\"rule\":\"users\",\"group\":\"a\",");
    assertEquals(Optional.empty(), log.await("id-1", Duration.ofMillis(50)));
    append("\"agent\":\"site-a\"}\n");

    assertEquals(Optional.of(entry("users", "a", "site-a")), found.get(10, TimeUnit.SECONDS));
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static AccessLog.Entry entry(String rule, String group, String agent) {
    return new AccessLog.Entry(Optional.of(rule), Optional.of(group), Optional.of(agent));
  }
}
