package dev.adit.demo.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.demo.client.DetectClient;
import dev.adit.demo.client.DetectClient.SampleText;
import dev.adit.demo.proto.detect.DetectGrpc;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetectSystemTest {
  private BackendFixture backend;
  private DetectClient detector;

  @BeforeEach
  void start() throws IOException {
    backend = BackendFixture.start(BackendConfig.onLoopback("detect-1", SampleSystem.DETECT));
    detector = new DetectClient(backend.channel());
  }

  @AfterEach
  void stop() {
    backend.close();
  }

  @Test
  void thePathHasNoPackageAndALowerCaseMethod() {
    assertEquals("Detect/detect", DetectGrpc.getDetectMethod().getFullMethodName());
  }

  @ParameterizedTest
  @CsvSource({
    "a lottery, a *******",
    "LotTery!, *******!",
    "winners win, winners win",
    "öwinner winnerö winner, öwinner winnerö ******",
    "'casino,jackpot', '******,*******'",
    "'', ''",
  })
  void wholeListedWordsAreMasked(String content, String masked) {
    assertEquals(masked, detector.detect(content));
  }

  @Test
  void oneHundredMebibytesPassBothWays() {
    SampleText text = SampleText.of(100 * 1024 * 1024);

    // Not assertEquals: it would print both.
    assertTrue(text.masked().equals(detector.detect(text.content())));
  }

  @Test
  void sampleTextsHaveTheLengthAskedForAndDifferWhereMasked() {
    SampleText text = SampleText.of(1000);

    assertEquals(1000, text.content().length());
    assertEquals(1000, text.masked().length());
    assertTrue(text.content().startsWith("You are the WINNER of our lottery, number 0.\n"));
    assertTrue(text.masked().startsWith("You are the ****** of our *******, number 0.\n"));
    assertEquals("---", SampleText.of(3).content());
  }
}
