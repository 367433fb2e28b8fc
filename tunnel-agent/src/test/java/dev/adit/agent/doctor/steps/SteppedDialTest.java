package dev.adit.agent.doctor.steps;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

final class SteppedDialTest {
  private static String told(Throwable thrown) {
    StepException failure = SteppedDial.failure(thrown);
    return failure.kind() + " " + failure.text();
  }

  /** What the libraries say of some failures is nothing. */
  @Test
  void failureWithoutWordsIsToldInWords() {
    NoRouteToHostException netty = new NoRouteToHostException("null: /192.0.2.1:8003");
    netty.initCause(new NoRouteToHostException());
    assertEquals("OTHER this host has no way to it", told(netty));
    assertEquals("OTHER IOException", told(new IOException()));
    assertEquals("TIMEOUT no answer in 5 s", told(new ConnectTimeoutException()));
  }
}
