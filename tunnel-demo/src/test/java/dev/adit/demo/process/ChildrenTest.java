package dev.adit.demo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String WAIT = "exec sleep 60";
  private static final String IGNORE_TERM =
      "trap '' TERM; echo ready a=1; while :; do sleep 0.1; done";

  @TempDir private Path directory;
  private Children children;

  @BeforeEach
  void open() {
    children = new Children(Duration.ofSeconds(5));
  }

  @AfterEach
  void close() {
    children.close();
  }

  @Test
  void theReadyLineIsFoundAmongOtherOutput() throws Exception {
    ChildProcess child = start("echo hello; echo ready addr=127.0.0.1:1; " + WAIT);

    assertEquals("127.0.0.1:1", child.awaitReady(SOON).field("addr"));
    assertEquals(List.of("hello", "ready addr=127.0.0.1:1"), child.output());
    assertTrue(child.isAlive());
  }

  @Test
  void aChildThatEndsBeforeItIsReadyShowsWhatItLogged() throws Exception {
    ChildProcess child = start("echo half way; echo port in use >&2; exit 3");

    ChildException failure = assertThrows(ChildException.class, () -> child.awaitReady(SOON));
    assertEquals("child ended with exit code 3 before it was ready", failure.getMessage());
    assertEquals("child", failure.childName());
    assertEquals(List.of("half way", "port in use"), failure.logTail());
  }

  @Test
  void aChildThatIsNeverReadyIsGivenUp() throws Exception {
    ChildProcess child = start(WAIT);

    ChildException failure =
        assertThrows(ChildException.class, () -> child.awaitReady(Duration.ofMillis(50)));
    assertEquals("child was not ready after 50 ms", failure.getMessage());
  }

  @Test
  void onlyTheEndOfALongLogIsShown() throws Exception {
    ChildProcess child =
        start("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done >&2");
    assertEquals(0, child.awaitEnd(SOON));

    List<String> tail = child.logTail();
    assertEquals(30, tail.size());
    assertEquals("line 19971", tail.get(0));
    assertEquals("line 20000", tail.get(29));
  }

  @Test
  void stopAsksFirst() throws Exception {
    ChildProcess child = start("trap 'exit 7' TERM; echo ready a=1; while :; do sleep 0.1; done");
    child.awaitReady(SOON);

    assertEquals(new ChildEnd(7, false), child.stop(SOON));
  }

  @Test
  void stopKillsAChildThatDoesNotListen() throws Exception {
    ChildProcess child = start(IGNORE_TERM);
    child.awaitReady(SOON);

    ChildEnd end = child.stop(Duration.ofMillis(100));

    assertTrue(end.killed());
    assertFalse(child.isAlive());
  }

  @Test
  void anEndedChildIsNoticed() throws Exception {
    ChildProcess child = start("echo ready a=1; exit 4");
    child.awaitReady(SOON);
    assertEquals(4, child.awaitEnd(SOON));

    ChildException failure = assertThrows(ChildException.class, children::checkAlive);
    assertEquals("child ended with exit code 4", failure.getMessage());
  }

  @Test
  void closingEndsAllOfThemInOneGrace() throws Exception {
    Children stubborn = new Children(Duration.ofMillis(300));
    List<ChildProcess> started =
        List.of(
            stubborn.start(command("one", IGNORE_TERM)),
            stubborn.start(command("two", IGNORE_TERM)),
            stubborn.start(command("three", "echo ready a=1; " + WAIT)));
    for (ChildProcess child : started) {
      child.awaitReady(SOON);
    }

    stubborn.close();

    for (ChildProcess child : started) {
      assertFalse(child.isAlive(), child.name());
      assertFalse(ProcessHandle.of(child.pid()).map(ProcessHandle::isAlive).orElse(false));
    }
    assertThrows(IOException.class, () -> stubborn.start(command("late", WAIT)));
  }

  @Test
  void theEnvironmentIsPassedOn() throws Exception {
    ChildProcess child =
        children.start(
            command("child", "echo ready word=$ADIT_TEST_WORD")
                .withEnvironment("ADIT_TEST_WORD", "x1"));

    assertEquals("x1", child.awaitReady(SOON).field("word"));
  }

  @Test
  void aSampleBackendRunsAsAChild() throws Exception {
    ChildProcess child =
        children.start(
            ChildCommand.java(
                "user-1",
                directory,
                List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.adit.demo.backend.DemoBackend",
                    "--system",
                    "user",
                    "--name",
                    "user-1")));

    ReadyLine ready = child.awaitReady(Duration.ofSeconds(20));

    assertEquals("user-1", ready.field("backend"));
    assertTrue(ready.field("addr").matches("127\\.0\\.0\\.1:[1-9][0-9]+"), ready.field("addr"));
    // 128 + SIGTERM, as the JVM ends when its shutdown hooks are done.
    assertEquals(new ChildEnd(143, false), child.stop(SOON));
  }

  private ChildProcess start(String script) throws IOException {
    return children.start(command("child", script));
  }

  private ChildCommand command(String name, String script) {
    return new ChildCommand(name, List.of("sh", "-c", script), directory, Map.of());
  }
}
