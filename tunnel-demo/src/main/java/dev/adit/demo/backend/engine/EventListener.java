package dev.adit.demo.backend.engine;

import dev.adit.demo.proto.engine.EventMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One caller's stream of events: what it has yet to read, and the heartbeat due after quiet.
 * Confined to the feed's thread.
 */
final class EventListener {
  private static final int MAX_PENDING = 10_000;

  // deps
  private final ServerCallStreamObserver<EventMessage> stream;
  private final ScheduledExecutorService thread;
  private final Duration heartbeatAfter;
  private final Supplier<EventMessage> newHeartbeat;
  private final String project;

  // state, confined to the feed's thread
  private final Queue<EventMessage> pending = new ArrayDeque<>();
  private @Nullable Future<?> heartbeat;
  private boolean ended;

  EventListener(
      ServerCallStreamObserver<EventMessage> stream,
      ScheduledExecutorService thread,
      Duration heartbeatAfter,
      Supplier<EventMessage> newHeartbeat,
      String project) {
    this.stream = stream;
    this.thread = thread;
    this.heartbeatAfter = heartbeatAfter;
    this.newHeartbeat = newHeartbeat;
    this.project = project;
  }

  String project() {
    return project;
  }

  /** Takes an event to send; false if the caller reads so slowly that its stream was ended. */
  boolean offer(EventMessage event) {
    if (pending.size() == MAX_PENDING) {
      end(Status.RESOURCE_EXHAUSTED.withDescription(MAX_PENDING + " events are unread"));
      return false;
    }
    pending.add(event);
    send();
    return true;
  }

  /** Sends what the caller can take, and counts the quiet anew. */
  void send() {
    boolean sent = false;
    while (!ended && stream.isReady() && !pending.isEmpty()) {
      stream.onNext(pending.remove());
      sent = true;
    }
    if (sent && pending.isEmpty()) {
      awaitQuiet();
    }
  }

  /** Ends the stream with a status. */
  void end(Status status) {
    if (ended) {
      return;
    }
    forget();
    stream.onError(status.asRuntimeException());
  }

  /** The caller is gone: nothing more will be sent. */
  void forget() {
    ended = true;
    pending.clear();
    if (heartbeat != null) {
      heartbeat.cancel(false);
    }
  }

  private void awaitQuiet() {
    if (heartbeat != null) {
      heartbeat.cancel(false);
    }
    heartbeat =
        thread.schedule(
            () -> {
              if (pending.isEmpty()) {
                offer(newHeartbeat.get());
              }
            },
            heartbeatAfter.toMillis(),
            TimeUnit.MILLISECONDS);
  }
}
