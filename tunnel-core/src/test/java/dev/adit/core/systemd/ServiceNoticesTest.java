package dev.adit.core.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.testing.systemd.SystemdSocket;
import io.netty.channel.epoll.Epoll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out of a real datagram socket of AF_UNIX, as systemd has one. */
final class ServiceNoticesTest {
  private final SystemdSocket systemd;
  private final Path socket;

  ServiceNoticesTest(@TempDir Path directory) {
    assumeTrue(Epoll.isAvailable());
    socket = directory.resolve("notify");
    systemd = new SystemdSocket(socket);
  }

  @AfterEach
  void stop() {
    systemd.close();
  }

  private String next() throws InterruptedException {
    return systemd.next();
  }

  @Test
  void lifeOfAServiceIsToldInOrder() throws InterruptedException {
    try (ServiceNotices notices = ServiceNotices.open(socket.toString())) {
      notices.status("starting");
      notices.ready("entry=127.0.0.1:8002");
      notices.reloading("reads its rules");
      notices.ready("3 rules");
      notices.stopping("draining", Duration.ofSeconds(60));
    }
    assertEquals("STATUS=starting", next());
    assertEquals("READY=1\nSTATUS=entry=127.0.0.1:8002", next());
    assertTrue(next().matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+\nSTATUS=reads its rules"));
    assertEquals("READY=1\nSTATUS=3 rules", next());
    assertEquals("STOPPING=1\nEXTEND_TIMEOUT_USEC=75000000\nSTATUS=draining", next());
  }

  @Test
  void abstractNamespaceIsReachedToo() throws InterruptedException {
    String name = "adit-" + UUID.randomUUID();
    systemd.listen("\0" + name);
    try (ServiceNotices notices = ServiceNotices.open("@" + name)) {
      notices.ready("here");
    }
    assertEquals("READY=1\nSTATUS=here", next());
  }

  @Test
  void statusCannotSmuggleAnotherAssignment() throws InterruptedException {
    try (ServiceNotices notices = ServiceNotices.open(socket.toString())) {
      notices.status("rules/a.yaml:1:1: bad\nREADY=1\r\nMAINPID=1\tx\n");
    }
    assertEquals("STATUS=rules/a.yaml:1:1: bad; READY=1; MAINPID=1?x", next());
  }

  @Test
  void longStatusIsCut() throws InterruptedException {
    try (ServiceNotices notices = ServiceNotices.open(socket.toString())) {
      notices.status("x".repeat(100_000));
    }
    String line = next();
    assertEquals("STATUS=".length() + 500, line.length());
    assertTrue(line.endsWith("x..."));
  }

  @Test
  void followedLineIsToldWhenItChangesUntilTheEndBegins() throws InterruptedException {
    AtomicReference<String> line = new AtomicReference<>("no agent");
    try (ServiceNotices notices = ServiceNotices.open(socket.toString())) {
      notices.follow(line::get);
      assertEquals("STATUS=no agent", next());
      line.set("1 agent");
      assertEquals("STATUS=1 agent", next());
      notices.stopping("draining", Duration.ZERO);
      assertEquals("STOPPING=1\nEXTEND_TIMEOUT_USEC=15000000\nSTATUS=draining", next());
      line.set("2 agents");
    }
    assertTrue(systemd.isSilent());
  }

  @Test
  void programTellsWhereThereIsNoNativeCode() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-notify")));
    try (ServiceNotices notices = ServiceNotices.byProgram(socket.toString())) {
      notices.ready("it's \"here\" $HOME");
      assertEquals(
          "READY=1\nSTATUS=it's \"here\" $HOME",
          systemd.await(told -> told.startsWith("READY=1")).strip());
      notices.stopping("draining", Duration.ZERO);
      systemd.await(told -> told.startsWith("STOPPING=1\nEXTEND_TIMEOUT_USEC=15000000\n"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/nowhere/at/all", "relative"})
  void processGoesOnWithoutAListener(String nobody) {
    try (ServiceNotices notices = ServiceNotices.open(nobody)) {
      notices.ready("all is well");
      notices.follow(() -> "never asked");
      notices.stopping("gone", Duration.ZERO);
    }
    assertTrue(systemd.isSilent());
  }
}
