package dev.adit.demo.scenes;

import static dev.adit.demo.tour.WrongAnswerException.check;

import dev.adit.demo.client.DetectClient;
import dev.adit.demo.client.DetectClient.SampleText;
import dev.adit.demo.tour.Step;
import dev.adit.demo.tour.Step.Exchange;
import dev.adit.demo.tour.WrongAnswerException;
import io.grpc.Channel;

/** A call to the spam detector with a message too large for most gRPC defaults. */
final class DetectScene implements Step.Scene {
  private static final int BYTES = 8 * 1024 * 1024;

  @Override
  public Exchange play(Channel channel, Channel aside) throws WrongAnswerException {
    SampleText text = SampleText.of(BYTES);
    String data = new DetectClient(channel).detect(text.content());
    check("length", BYTES, data.length());
    check("masked", true, data.equals(text.masked()));
    return new Exchange(
        "8 MiB of text: \"" + firstLine(text.content()) + " ...\"",
        "8 MiB of text: \"" + firstLine(data) + " ...\"");
  }

  private static String firstLine(String text) {
    return text.substring(0, text.indexOf('\n'));
  }
}
