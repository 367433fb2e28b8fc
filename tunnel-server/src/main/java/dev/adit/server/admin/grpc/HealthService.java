package dev.adit.server.admin.grpc;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** grpc.health.v1 over {@link ServingStates}. Confined to the loop of the admin port's gRPC. */
final class HealthService extends HealthGrpc.HealthImplBase {
  private static final long LOOK_MILLIS = 250;

  // deps
  private final ServingStates states;
  private final EventExecutor loop;

  HealthService(ServingStates states, EventExecutor loop) {
    this.states = states;
    this.loop = loop;
  }

  @Override
  public void check(
      HealthCheckRequest request, StreamObserver<HealthCheckResponse> responseObserver) {
    if (refuse(request, responseObserver)) {
      return;
    }
    ServingStatus status = states.of(request.getService());
    if (status == null) {
      responseObserver.onError(
          Status.NOT_FOUND
              .withDescription(
                  "expected \"\", group/NAME or host/NAME of a group or host that rules name")
              .asRuntimeException());
      return;
    }
    responseObserver.onNext(response(status));
    responseObserver.onCompleted();
  }

  /** How the server itself is may everybody know, as with /readyz. */
  private static boolean refuse(HealthCheckRequest request, StreamObserver<?> responses) {
    if (request.getService().isEmpty() || TokenCheck.isAuthorized()) {
      return false;
    }
    responses.onError(TokenCheck.REFUSED.asRuntimeException());
    return true;
  }

  private static HealthCheckResponse response(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }

  @Override
  public void watch(
      HealthCheckRequest request, StreamObserver<HealthCheckResponse> responseObserver) {
    if (!refuse(request, responseObserver)) {
      new Watch(
              request.getService(),
              (ServerCallStreamObserver<HealthCheckResponse>) responseObserver)
          .begin();
    }
  }

  /** One call that is told of changes until its caller leaves. Confined to the loop. */
  private final class Watch {
    // deps
    private final String service;
    private final ServerCallStreamObserver<HealthCheckResponse> responses;

    // state, confined to the loop
    private @Nullable ServingStatus told;
    private @Nullable Future<?> timer;

    Watch(String service, ServerCallStreamObserver<HealthCheckResponse> responses) {
      this.service = service;
      this.responses = responses;
    }

    void begin() {
      responses.setOnCancelHandler(this::end);
      look();
      timer = loop.scheduleAtFixedRate(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
      if (responses.isCancelled()) {
        end();
        return;
      }
      ServingStatus now = states.of(service);
      if (now == null) {
        now = ServingStatus.SERVICE_UNKNOWN;
      }
      if (now != told && responses.isReady()) {
        told = now;
        responses.onNext(response(now));
      }
    }

    private void end() {
      if (timer != null) {
        timer.cancel(false);
      }
    }
  }
}
