package dev.adit.demo.backend.engine;

import com.google.gson.JsonObject;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** What the engine can be asked to do, by name. Any thread. */
final class EngineActions implements AutoCloseable {
  /** The largest result the action {@code large} makes: 50 MiB. */
  static final int MAX_LARGE_BYTES = 50 * 1024 * 1024;

  private static final long MAX_SLEEP_MS = TimeUnit.HOURS.toMillis(1);
  private static final long MAX_QUANTITY = 1_000_000;

  /** One thing the engine can do. */
  private interface Action {
    void run(ActionCall call) throws BadArgumentException;
  }

  private final EventFeed feed;
  private final Ledger ledger = new Ledger();
  private final Attempts attempts = new Attempts();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "engine-sleep");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<String, Action> byName = new TreeMap<>();

  EngineActions(EventFeed feed) {
    this.feed = feed;
    byName.put("buy", call -> trade(call, 1));
    byName.put("echo", EngineActions::echo);
    byName.put("fail", this::fail);
    byName.put("large", EngineActions::large);
    byName.put("positions", this::positions);
    byName.put("publish", this::publish);
    byName.put("sell", call -> trade(call, -1));
    byName.put("sleep", this::sleep);
  }

  void run(ActionCall call) {
    Action action = byName.get(call.action());
    if (action == null) {
      call.refuse("unknown action \"" + call.action() + "\"; known: " + byName.keySet());
      return;
    }
    try {
      action.run(call);
    } catch (BadArgumentException e) {
      call.refuse(e.problem());
    }
  }

  /** Lets no action fall asleep any more; those asleep still wake and answer. */
  @Override
  public void close() {
    timer.shutdown();
  }

  private void trade(ActionCall call, int sign) throws BadArgumentException {
    Kwargs kwargs = call.kwargs();
    String symbol = kwargs.text("symbol");
    long change = sign * kwargs.number("quantity", 1, MAX_QUANTITY);
    JsonObject result = new JsonObject();
    result.addProperty("symbol", symbol);
    result.addProperty("position", ledger.trade(call.project(), symbol, change));
    feed.publish(call.project(), "position_changed", result.toString());
    call.succeed(result);
  }

  private void positions(ActionCall call) {
    JsonObject result = new JsonObject();
    ledger.positions(call.project()).forEach(result::addProperty);
    call.succeed(result);
  }

  private void publish(ActionCall call) throws BadArgumentException {
    Kwargs kwargs = call.kwargs();
    JsonObject data = new JsonObject();
    data.addProperty("text", kwargs.text("text", ""));
    feed.publish(call.project(), kwargs.text("event_type"), data.toString());
    call.succeed(new JsonObject());
  }

  private static void echo(ActionCall call) throws BadArgumentException {
    JsonObject result = new JsonObject();
    result.add("args", call.args());
    result.add("kwargs", call.kwargs().json());
    call.succeed(result);
  }

  private static void large(ActionCall call) throws BadArgumentException {
    int bytes = (int) call.kwargs().number("bytes", 2, MAX_LARGE_BYTES);
    call.succeed(alphabet(bytes));
  }

  /**
   * A JSON text of {@code bytes} bytes, quotes included, whose every byte follows from its place.
   */
  private static String alphabet(int bytes) {
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = (byte) ('a' + i % 26);
    }
    text[0] = '"';
    text[bytes - 1] = '"';
    return new String(text, StandardCharsets.US_ASCII);
  }

  /** Answers after a time; tells listeners that it began, and if the caller gave up. */
  private void sleep(ActionCall call) throws BadArgumentException {
    long ms = call.kwargs().number("ms", 0, MAX_SLEEP_MS);
    JsonObject result = new JsonObject();
    result.addProperty("slept_ms", ms);
    result.addProperty("request_id", call.requestId());
    try {
      ScheduledFuture<?> wake =
          timer.schedule(() -> call.succeed(result), ms, TimeUnit.MILLISECONDS);
      call.onCancel(
          () -> {
            wake.cancel(false);
            feed.publish(call.project(), "sleep_cancelled", result.toString());
          });
      feed.publish(call.project(), "sleep_began", result.toString());
    } catch (RejectedExecutionException e) {
      call.fail(Status.UNAVAILABLE.withDescription("engine is going away"));
    }
  }

  /** Ends with a status: always, or the first {@code times} times a request id is seen. */
  private void fail(ActionCall call) throws BadArgumentException {
    Kwargs kwargs = call.kwargs();
    Status.Code code = code(kwargs.text("code"));
    String message = kwargs.text("message", "asked to fail");
    long times = kwargs.number("times", 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    int attempt = attempts.next(call.requestId());
    if (attempt <= times) {
      call.fail(code.toStatus().withDescription(message));
      return;
    }
    JsonObject result = new JsonObject();
    result.addProperty("attempts", attempt);
    call.succeed(result);
  }

  private static Status.Code code(String name) throws BadArgumentException {
    for (Status.Code code : Status.Code.values()) {
      if (code.name().equals(name) && code != Status.Code.OK) {
        return code;
      }
    }
    throw new BadArgumentException("kwargs_json.code: expected a gRPC status such as UNAVAILABLE");
  }
}
