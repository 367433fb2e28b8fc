package dev.adit.demo.scenes;

import static dev.adit.demo.tour.WrongAnswerException.check;

import dev.adit.demo.client.EngineClient;
import dev.adit.demo.client.EventStream;
import dev.adit.demo.proto.engine.ActionResponse;
import dev.adit.demo.proto.engine.EventMessage;
import dev.adit.demo.tour.Step.Exchange;
import dev.adit.demo.tour.WrongAnswerException;
import io.grpc.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Calls to the trading engine. */
final class EngineScenes {
  private static final String PROJECT = "apollo";
  private static final String BUY = "{\"symbol\":\"ACME\",\"quantity\":5}";
  private static final String HEARTBEAT = "heartbeat";
  private static final Duration EVENT_TIMEOUT = Duration.ofSeconds(10);

  Exchange trade(Channel channel, Channel aside) throws WrongAnswerException {
    ActionResponse response = new EngineClient(channel).execute(PROJECT, "buy", BUY);
    check("success", true, response.getSuccess());
    check("result", position(5), response.getResultJson());
    return new Exchange("project apollo, action buy " + BUY, response.getResultJson());
  }

  /**
   * A stream that stays open while another call makes something happen, then while nothing does.
   */
  Exchange listen(Channel channel, Channel aside) throws Exception {
    try (EventStream events = new EngineClient(channel).listen(PROJECT)) {
      check("event", "subscribed", next(events).getEventType());
      new EngineClient(aside).execute(PROJECT, "buy", BUY);
      EventMessage changed = next(events);
      while (changed.getEventType().equals(HEARTBEAT)) {
        // The other call took its time.
        changed = next(events);
      }
      check("event", "position_changed", changed.getEventType());
      check("data", position(10), changed.getDataJson());
      check("event", HEARTBEAT, next(events).getEventType());
      return new Exchange(
          "project apollo; another call buys 5 more; cancelled after a heartbeat",
          "events: subscribed, position_changed " + changed.getDataJson() + ", heartbeat");
    }
  }

  private static EventMessage next(EventStream events) throws Exception {
    @Nullable EventMessage event = events.next(EVENT_TIMEOUT);
    if (event == null) {
      throw new WrongAnswerException("the event stream has ended");
    }
    return event;
  }

  private static String position(int quantity) {
    return "{\"symbol\":\"ACME\",\"position\":" + quantity + "}";
  }
}
