package dev.adit.agent.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.testing.http2.FakeBackend;
import dev.adit.testing.http2.FakeBackend.Connection;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A backend whose response is none fails that call, and neither its connection nor the tunnel: what
 * it sends must not reach the server as a broken order of frames.
 */
final class MalformedBackendTest {
  private final FakeBackend backend = new FakeBackend();
  private final AgentBench bench = new AgentBench(AgentBench.upstream(backend));

  MalformedBackendTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() throws IOException {
    bench.close();
    backend.close();
  }

  /** What a backend says. */
  private interface Words {
    void sayOn(Connection connection) throws IOException;
  }

  private void failsItsCallOnly(Words words) throws IOException {
    AgentBench.Call broken = bench.open().send("request", true);
    try (Connection on = backend.accept()) {
      on.expectBody(3);
      AgentBench.Call sound = bench.open().send("request", true);
      on.expectBody(5);
      words.sayOn(on);
      CallReset reset = broken.reset();
      assertEquals(CallFailure.BACKEND_RESET, reset.failure());
      assertEquals(Http2Error.PROTOCOL_ERROR.code(), reset.http2Code());
      assertTrue(reset.processed());
      on.send(on.script().headers(5, true, ":status", "200", "grpc-status", "0"));
      assertEquals("head 200 last", sound.end().get(1));
      assertTrue(bench.tunnelLives());
    }
  }

  @Test
  void headWithoutAStatus() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, false, "content-type", "text/html")));
  }

  @Test
  void trailersWithoutAHead() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, true, "grpc-status", "0")));
  }

  @Test
  void trailersAfterAnInformationalHead() throws IOException {
    failsItsCallOnly(
        on -> {
          on.send(on.script().headers(3, false, ":status", "103"));
          on.send(on.script().headers(3, true, "grpc-status", "0"));
        });
  }

  @Test
  void statusThatIsNoNumber() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, false, ":status", "abc")));
  }

  @Test
  void statusThatIsNoNumberAtTheEndOfTheStream() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, true, ":status", "20")));
  }

  @Test
  void informationalHeadThatEndsTheStream() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, true, ":status", "103")));
  }

  /** Nothing holds them back: agent and server had to keep what a caller did not read of them. */
  @Test
  void informationalHeadsWithoutEnd() throws IOException {
    failsItsCallOnly(
        on -> {
          for (int i = 0; i < 100; i++) {
            on.send(on.script().headers(3, false, ":status", "103", "link", "y".repeat(1000)));
          }
        });
  }

  @Test
  void upgradeToAnotherProtocol() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, false, ":status", "101")));
  }

  @Test
  void bodyBeforeTheHead() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().data(3, false, "body")));
  }

  @Test
  void bodyBeforeTheHeadThatEndsTheStream() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().data(3, true, "body")));
  }

  @Test
  void bodyAfterAnInformationalHead() throws IOException {
    failsItsCallOnly(
        on -> {
          on.send(on.script().headers(3, false, ":status", "103"));
          on.send(on.script().data(3, false, "body"));
        });
  }

  @Test
  void secondHeadInsteadOfTrailers() throws IOException {
    failsItsCallOnly(
        on -> {
          on.send(on.script().headers(3, false, ":status", "200"));
          on.send(on.script().headers(3, true, ":status", "200", "grpc-status", "0"));
        });
  }

  @Test
  void trailersThatDoNotEndTheStream() throws IOException {
    failsItsCallOnly(
        on -> {
          on.send(on.script().headers(3, false, ":status", "200"));
          on.send(on.script().headers(3, false, "grpc-status", "0"));
        });
  }

  @Test
  void fieldNameInUpperCase() throws IOException {
    failsItsCallOnly(on -> on.send(on.script().headers(3, false, ":status", "200", "Name", "x")));
  }

  @Test
  void bodyThatIsNotAsLongAsItSaid() throws IOException {
    failsItsCallOnly(
        on -> {
          on.send(on.script().headers(3, false, ":status", "200", "content-length", "7"));
          on.send(on.script().data(3, true, "short"));
        });
  }

  /** A message that is cut off before its first byte must not pass for one that has none. */
  @Test
  void bodyThatWasAnnouncedAndIsMissing() throws IOException {
    failsItsCallOnly(
        on -> on.send(on.script().headers(3, true, ":status", "200", "content-length", "7")));
  }
}
