package dev.adit.agent.backend.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

final class ConnectFailureTest {
  @Test
  void failureWithoutWordsIsToldInWords() {
    assertEquals(
        "this host has no way to it",
        BackendConnection.text(new NoRouteToHostException("null: /192.0.2.1:50051")));
    assertEquals("IOException", BackendConnection.text(new IOException()));
    assertEquals(
        "refused: /192.0.2.1:1",
        BackendConnection.text(new ConnectException("refused: /192.0.2.1:1")));
  }
}
