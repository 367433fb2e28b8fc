package dev.adit.demo.backend.engine;

import dev.adit.demo.proto.engine.ActionRequest;
import dev.adit.demo.proto.engine.ActionResponse;
import dev.adit.demo.proto.engine.EngineServiceGrpc;
import dev.adit.demo.proto.engine.EventMessage;
import dev.adit.demo.proto.engine.ListenRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** A small trading engine: it runs actions, keeps positions and tells listeners what happened. */
public final class EngineService extends EngineServiceGrpc.EngineServiceImplBase
    implements AutoCloseable {
  private final EventFeed feed;
  private final EngineActions actions;

  /**
   * An engine without positions.
   *
   * @param name what events give as their source
   * @param heartbeatAfter quiet after which a listener gets a heartbeat event
   */
  public EngineService(String name, Duration heartbeatAfter) {
    this.feed = new EventFeed(name, heartbeatAfter);
    this.actions = new EngineActions(feed);
  }

  @Override
  public void executeAction(ActionRequest request, StreamObserver<ActionResponse> answer) {
    if (request.getProjectId().isEmpty()) {
      answer.onError(invalid("project_id is empty"));
      return;
    }
    actions.run(new ActionCall(request, (ServerCallStreamObserver<ActionResponse>) answer));
  }

  @Override
  public void listenEvents(ListenRequest request, StreamObserver<EventMessage> events) {
    if (request.getProjectId().isEmpty()) {
      events.onError(invalid("project_id is empty"));
      return;
    }
    feed.listen(request.getProjectId(), (ServerCallStreamObserver<EventMessage>) events);
  }

  /** Ends every event stream UNAVAILABLE; actions that run may finish. */
  @Override
  public void close() {
    actions.close();
    feed.close();
  }

  private static RuntimeException invalid(String what) {
    return Status.INVALID_ARGUMENT.withDescription(what).asRuntimeException();
  }
}
