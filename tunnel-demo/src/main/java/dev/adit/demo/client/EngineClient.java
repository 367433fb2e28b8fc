package dev.adit.demo.client;

import dev.adit.demo.proto.engine.ActionRequest;
import dev.adit.demo.proto.engine.ActionResponse;
import dev.adit.demo.proto.engine.EngineServiceGrpc;
import dev.adit.demo.proto.engine.ListenRequest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A caller of the trading engine. Every action has a deadline, event streams have none. */
public final class EngineClient {
  /** The deadline of actions where none is given. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Channel channel;

  public EngineClient(Channel channel) {
    this.channel = channel;
  }

  /** Runs an action with named arguments. */
  public ActionResponse execute(String project, String action, String kwargsJson) {
    return execute(request(project, action).setKwargsJson(kwargsJson).build(), DEADLINE);
  }

  /** Runs an action within a deadline. */
  public ActionResponse execute(ActionRequest request, Duration deadline) {
    return EngineServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
        .executeAction(request);
  }

  /** Sends a text and has it sent back: the result is {@code {"args":["TEXT"],"kwargs":{}}}. */
  public ActionResponse echo(String project, String text) {
    return execute(request(project, "echo").setArgsJson("[\"" + text + "\"]").build(), DEADLINE);
  }

  /** Asks for a result of {@code bytes} bytes, up to 50 MiB. */
  public ActionResponse largeResult(String project, int bytes) {
    return execute(project, "large", "{\"bytes\":" + bytes + "}");
  }

  /** Asks for an answer after some time; throws DEADLINE_EXCEEDED if the deadline is shorter. */
  public ActionResponse sleep(String project, Duration time, Duration deadline) {
    String kwargs = "{\"ms\":" + time.toMillis() + "}";
    return execute(request(project, "sleep").setKwargsJson(kwargs).build(), deadline);
  }

  /** Asks for a status and a message; throws it. */
  public ActionResponse fail(String project, Status.Code code, String message) {
    String kwargs = "{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}";
    return execute(project, "fail", kwargs);
  }

  /** Asks for UNAVAILABLE a few times before an answer: only a retry policy gets through. */
  public ActionResponse failAtFirst(String project, int times) {
    return execute(project, "fail", "{\"code\":\"UNAVAILABLE\",\"times\":" + times + "}");
  }

  /** Listens to a project until the stream is closed. */
  public EventStream listen(String project) {
    ListenRequest request = ListenRequest.newBuilder().setProjectId(project).build();
    return new EventStream(EngineServiceGrpc.newBlockingV2Stub(channel).listenEvents(request));
  }

  /** What the engine says of its own health. */
  public ServingStatus health() {
    HealthCheckRequest request =
        HealthCheckRequest.newBuilder().setService(EngineServiceGrpc.SERVICE_NAME).build();
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
        .check(request)
        .getStatus();
  }

  /** The beginning of a request, with an id of its own. */
  public static ActionRequest.Builder request(String project, String action) {
    return ActionRequest.newBuilder()
        .setProjectId(project)
        .setAction(action)
        .setRequestId(UUID.randomUUID().toString());
  }
}
