package dev.adit.demo.backend.engine;

import dev.adit.demo.proto.engine.EventMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Brings events to those who listen to a project. May be called from any thread; listeners and all
 * their state are confined to the feed's own thread.
 */
final class EventFeed implements AutoCloseable {
  private static final Status GOING_AWAY =
      Status.UNAVAILABLE.withDescription("engine is going away");
  private static final Clock CLOCK = Clock.systemUTC();

  // deps
  private final String source;
  private final Duration heartbeatAfter;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread daemon = new Thread(work, "engine-events");
            daemon.setDaemon(true);
            return daemon;
          });

  // state, confined to the feed's thread
  private final Set<EventListener> listeners = new LinkedHashSet<>();

  EventFeed(String source, Duration heartbeatAfter) {
    this.source = source;
    this.heartbeatAfter = heartbeatAfter;
  }

  /** Starts a stream of a project's events with a {@code subscribed} event. */
  void listen(String project, ServerCallStreamObserver<EventMessage> events) {
    EventListener listener =
        new EventListener(
            events, thread, heartbeatAfter, () -> event(project, "heartbeat", "{}"), project);
    events.setOnReadyHandler(() -> onThread(listener::send));
    events.setOnCancelHandler(() -> onThread(() -> remove(listener)));
    if (!onThread(() -> add(listener))) {
      events.onError(GOING_AWAY.asRuntimeException());
    }
  }

  /** Tells everybody who listens to the project. */
  void publish(String project, String type, String dataJson) {
    EventMessage event = event(project, type, dataJson);
    onThread(
        () -> {
          for (EventListener listener : List.copyOf(listeners)) {
            if (listener.project().equals(project) && !listener.offer(event)) {
              listeners.remove(listener);
            }
          }
        });
  }

  /** Ends every stream UNAVAILABLE. */
  @Override
  public void close() {
    onThread(
        () -> {
          listeners.forEach(listener -> listener.end(GOING_AWAY));
          listeners.clear();
        });
    thread.shutdown();
  }

  private void add(EventListener listener) {
    listeners.add(listener);
    listener.offer(event(listener.project(), "subscribed", "{}"));
  }

  private void remove(EventListener listener) {
    listeners.remove(listener);
    listener.forget();
  }

  private EventMessage event(String project, String type, String dataJson) {
    return EventMessage.newBuilder()
        .setProjectId(project)
        .setEventType(type)
        .setDataJson(dataJson)
        .setTimestamp(CLOCK.millis())
        .setSource(source)
        .build();
  }

  /** Runs work on the feed's thread; false if the feed is closed and has no listeners any more. */
  private boolean onThread(Runnable work) {
    try {
      thread.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
