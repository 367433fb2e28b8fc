package dev.adit.demo.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.demo.backend.detect.DetectService;
import dev.adit.demo.client.DetectClient;
import dev.adit.demo.site.AccessLog;
import dev.adit.demo.tour.Step.Exchange;
import dev.adit.demo.tour.Step.RpcKind;
import dev.adit.demo.tour.Step.Scene;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TourTest {
  private static final Takers EXPECTED =
      new Takers(
          Optional.of("spam"), Optional.of("moderation"), Optional.of("site-b"), Optional.empty());
  private static final Scene MASKS_A_WORD =
      (channel, aside) -> {
        String data = new DetectClient(channel).detect("the lottery");
        WrongAnswerException.check("data", "the *******", data);
        return new Exchange("the lottery", data);
      };

  @TempDir private Path directory;
  private Path log;
  private Server entry;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void start() throws IOException {
    log = directory.resolve("access.log");
    entry =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new DetectService())
            .intercept(new LoggingEntry(log))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    entry.shutdownNow();
  }

  @Test
  void aRightCallIsToldWithAllThatTookIt() throws Exception {
    run(false, step(EXPECTED, MASKS_A_WORD));

    String text = printed.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("unary"), text);
    assertTrue(text.contains("Detect/detect"), text);
    assertTrue(text.contains("request   the lottery"), text);
    assertTrue(text.contains("rule spam -> group moderation -> agent site-b"), text);
    assertTrue(text.contains("answer    OK  the *******"), text);
    assertFalse(text.contains("\u001b"), text);
  }

  @Test
  void coloursChangeNothingButTheLook() throws Exception {
    run(false, step(EXPECTED, MASKS_A_WORD));
    String plain = withoutTime(printed.toString(StandardCharsets.UTF_8));
    printed.reset();
    run(true, step(EXPECTED, MASKS_A_WORD));
    String colourful = printed.toString(StandardCharsets.UTF_8);

    assertTrue(colourful.contains("\u001b["), colourful);
    assertEquals(plain, withoutTime(colourful.replaceAll("\u001b\\[[0-9;]*m", "")));
  }

  @Test
  void aCallThatAnotherAgentTookIsWrong() {
    Takers another =
        new Takers(
            Optional.of("spam"),
            Optional.of("moderation"),
            Optional.of("site-a"),
            Optional.empty());

    TourException failure =
        assertThrows(TourException.class, () -> run(false, step(another, MASKS_A_WORD)));
    assertTrue(
        String.valueOf(failure).contains("call 1, Detect/detect: taken by"), failure::toString);
    assertTrue(String.valueOf(failure).contains("site-b"), failure::toString);
  }

  @Test
  void aWrongAnswerEndsTheTour() {
    Scene wrong =
        (channel, aside) -> {
          WrongAnswerException.check("data", "x", new DetectClient(channel).detect("y"));
          return new Exchange("", "");
        };

    TourException failure =
        assertThrows(
            TourException.class,
            () -> run(false, step(EXPECTED, wrong), step(EXPECTED, MASKS_A_WORD)));
    assertEquals("call 1, Detect/detect: data: expected x, got y", failure.getMessage());
    assertEquals("", printed.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aCallWithoutALineInTheAccessLogIsWrong() {
    Scene noCall = (channel, aside) -> new Exchange("", "");

    TourException failure =
        assertThrows(TourException.class, () -> run(false, step(EXPECTED, noCall)));
    assertTrue(String.valueOf(failure).contains("the access log has no line"), failure::toString);
  }

  private void run(boolean colours, Step... steps) throws Exception {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    try (Tour tour =
        new Tour(
            "127.0.0.1:" + entry.getPort(),
            new AccessLog(log),
            new Narrator(out, colours),
            Duration.ofMillis(500),
            List.of(steps))) {
      tour.run();
    }
  }

  private static Step step(Takers expected, Scene scene) {
    return new Step(RpcKind.UNARY, "any.example", "Detect/detect", expected, scene);
  }

  private static String withoutTime(String text) {
    return text.replaceAll(" *[0-9]+ ms", "");
  }

  /** An entry that notes each call as the server does, and serves it itself. */
  private record LoggingEntry(Path log) implements ServerInterceptor {
    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      String id = headers.get(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER));
      String line =
          "{\"requestId\":\""
              + id
              + "\",\"rule\":\"spam\",\"group\":\"moderation\",\"agent\":\"site-b\"}\n";
      try {
        Files.writeString(log, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return next.startCall(call, headers);
    }
  }
}
