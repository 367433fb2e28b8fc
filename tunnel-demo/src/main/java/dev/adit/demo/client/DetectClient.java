package dev.adit.demo.client;

import dev.adit.demo.proto.detect.DetectGrpc;
import dev.adit.demo.proto.detect.DetectRequest;
import io.grpc.Channel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A caller of the spam detector. */
public final class DetectClient {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Channel channel;

  public DetectClient(Channel channel) {
    this.channel = channel;
  }

  /** The content with its spam words masked. */
  public String detect(String content) {
    return DetectGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
        .detect(DetectRequest.newBuilder().setContent(content).build())
        .getData();
  }

  /** A text of any length and what the detector must make of it. */
  public record SampleText(String content, String masked) {
    private static final String CONTENT = "You are the WINNER of our lottery, number ";
    private static final String MASKED = "You are the ****** of our *******, number ";

    /** A text of {@code length} characters in which no line is like another. */
    public static SampleText of(int length) {
      StringBuilder content = new StringBuilder(length + CONTENT.length());
      StringBuilder masked = new StringBuilder(length + CONTENT.length());
      for (int line = 0; content.length() < length; line++) {
        content.append(CONTENT).append(line).append(".\n");
        masked.append(MASKED).append(line).append(".\n");
      }
      // A cut through a word would leave half a word, which is no spam: cut where none is.
      return new SampleText(cut(content, length), cut(masked, length));
    }

    private static String cut(StringBuilder text, int length) {
      int lastLine = Math.max(0, text.lastIndexOf("\n", length - 1) + 1);
      text.setLength(lastLine);
      return text.append("-".repeat(length - lastLine)).toString();
    }
  }
}
