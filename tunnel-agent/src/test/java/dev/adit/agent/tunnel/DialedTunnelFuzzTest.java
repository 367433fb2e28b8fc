package dev.adit.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.proto.v1.ConfigSync;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.Heartbeat;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import dev.adit.testing.fuzz.Execution;
import dev.adit.testing.fuzz.FuzzInput;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * Whatever a server answers, and when: the tunnel is up once, by a welcome that is as it should be,
 * or ends; its end is told once, and nothing is left of it.
 */
final class DialedTunnelFuzzTest {
  private static final int ANYWAY_BYTES = 16 << 20;
  private static final int MAX_RAW = 300;
  private static final int STEP_MILLIS = 50;
  private static final List<String> TEXTS =
      List.of(
          "shop",
          "server-1",
          "going-away",
          "renewal",
          "superseded",
          "",
          "a b",
          "\u0000\n",
          "\u202e");
  private static final List<Integer> NUMBERS =
      List.of(1, 0, 9, 10, 1000, 4000, 65536, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);

  @FuzzTest
  void moves(byte[] moves) {
    Execution.of(moves, ANYWAY_BYTES, input -> new Play(new FuzzInput(input)).run());
  }

  /** One tunnel from the dial to its end. */
  private static final class Play {
    private final FuzzInput input;
    private final TunnelBench bench = new TunnelBench();
    private int clockLeftMillis = 30_000;

    Play(FuzzInput input) {
      this.input = input;
    }

    void run() {
      bench.start();
      while (!input.isOver() && !bench.heard().contains("end")) {
        bench.hand().run(this::move);
        check();
      }
      bench.hand().advance(Duration.ofSeconds(10));
      boolean up = bench.heard().contains("welcome");
      assertTrue(
          up || bench.heard().contains("end"), "a dial that nobody answers goes on for ever");
      bench.hand().run(() -> bench.call().end(Status.UNAVAILABLE));
      bench.hand().advance(Duration.ofSeconds(10));
      check();
      assertEquals("end", bench.heard().get(bench.heard().size() - 1));
      assertTrue(!bench.hand().hasTimers(), "a timer is left");
    }

    private void move() {
      switch (input.below(12)) {
        case 0 -> {
          // Time that passes costs heartbeats, by the test's own doing.
          int millis = Math.min(STEP_MILLIS * input.next(), clockLeftMillis);
          clockLeftMillis -= millis;
          bench.hand().advance(Duration.ofMillis(millis));
        }
        case 1 -> bench.tunnel().retire("going-away");
        case 2 -> bench.tunnel().abort(new TunnelException("closed", "the agent ends"));
        case 3 -> bench.tunnel().send(Frame.newBuilder().setCredit(1).build());
        case 4 -> bench.call().ready();
        case 5 -> bench.call().end(Status.fromCodeValue(input.below(17)));
        case 6 -> bench.call().receive(input.bytes(input.below(MAX_RAW)));
        default -> bench.call().receive(message());
      }
    }

    private TunnelMessage message() {
      TunnelMessage.Builder message = TunnelMessage.newBuilder();
      int frames = input.below(4);
      for (int i = 0; i < frames; i++) {
        message.addFrames(frame());
      }
      return message.build();
    }

    private Frame frame() {
      Frame.Builder frame = Frame.newBuilder();
      int id = 0;
      switch (input.below(14)) {
        case 0 ->
            frame.setRefusal(
                Refusal.newBuilder()
                    .setReason(text())
                    .setMessage(text())
                    .setRetryAfterMs(number()));
        case 1 ->
            frame.setConfigSync(
                ConfigSync.newBuilder().setGroup(text()).setRevision(text()).setDocument(text()));
        case 2 ->
            frame.setHeartbeat(
                Heartbeat.newBuilder()
                    .setToken(number())
                    .setEcho(number())
                    .setEchoDelayUs(number())
                    .setAtOnce(input.flag()));
        case 3 ->
            frame.setDrain(
                Drain.newBuilder()
                    .setReason(text())
                    .setReconnectAfterMs(number())
                    .setOther(text()));
        case 4, 5 -> {
          id = input.next();
          frame.setRequestHead(head()).setLastChunk(input.flag());
        }
        case 6 -> frame.setHello(Hello.getDefaultInstance());
        case 7 -> {
          id = input.next();
          frame.setReset(Reset.newBuilder().setReason(text()).setCode(number()));
        }
        case 8 -> {
          id = input.next();
          frame.setCredit(number());
        }
        case 9 -> {
          id = input.next();
          frame
              .setData(ByteString.copyFrom(input.bytes(input.below(MAX_RAW))))
              .setLastChunk(input.flag());
        }
        case 10, 11 -> frame.setWelcome(TunnelBench.welcome());
        default -> frame.setWelcome(welcome());
      }
      return frame.setRequestId(id).build();
    }

    private RequestHead head() {
      return RequestHead.newBuilder()
          .setMethod(bytes("POST"))
          .setPath(bytes("/a/b"))
          .setAuthority(bytes(""))
          .setGroup(text())
          .setTimeoutMs(number())
          .setWindow(number())
          .addHeaders(Header.newBuilder().setName(bytes("te")).setValue(bytes("trailers")))
          .build();
    }

    private Welcome welcome() {
      Welcome.Builder welcome =
          Welcome.newBuilder()
              .setProtocolMinor(number())
              .setServerId(text())
              .setSoftwareVersion(text())
              .setLoops(number())
              .setLoop(number())
              .setMaxCalls(number())
              .setInitialWindow(number())
              .setCallWindow(number())
              .setMaxHeaderBytes(number())
              .setHeartbeatMs(number())
              .setDeadAfterMs(number())
              .setRenewAfterMs(number());
      int groups = input.below(4);
      for (int i = 0; i < groups; i++) {
        welcome.addGroups(text());
      }
      return welcome.build();
    }

    private int number() {
      return NUMBERS.get(input.below(NUMBERS.size()));
    }

    private String text() {
      int choice = input.below(TEXTS.size() + 1);
      return choice < TEXTS.size()
          ? TEXTS.get(choice)
          : new String(input.bytes(input.below(MAX_RAW)), StandardCharsets.UTF_8);
    }

    private ByteString bytes(String usual) {
      return input.flag()
          ? ByteString.copyFrom(input.bytes(input.below(MAX_RAW)))
          : ByteString.copyFromUtf8(usual);
    }

    /** Whether what was told goes together. */
    private void check() {
      int welcomes = Collections.frequency(bench.heard(), "welcome");
      int ends = Collections.frequency(bench.heard(), "end");
      assertTrue(welcomes <= 1 && ends <= 1, () -> bench.heard().toString());
      assertTrue(ends == 0 || bench.heard().indexOf("end") == bench.heard().size() - 1);
      assertTrue(bench.refusal() == null || welcomes == 0, "a refusal after a welcome");
      List<Frame> sent = bench.call().sent();
      assertTrue(sent.get(0).hasHello(), "the first frame is no hello");
      assertEquals(1, sent.stream().filter(Frame::hasHello).count());
      if (welcomes == 0) {
        assertEquals(1, sent.size(), "more than a hello before a welcome");
      }
    }
  }
}
