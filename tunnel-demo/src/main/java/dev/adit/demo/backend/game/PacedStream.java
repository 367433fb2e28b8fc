package dev.adit.demo.backend.game;

import dev.adit.demo.proto.game.RpcRequest;
import dev.adit.demo.proto.game.RpcResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/**
 * A bidirectional stream that answers each request at once and reads the next one only when the
 * caller has room for the answer, so that a caller that does not read cannot fill our memory.
 * Confined to gRPC's serial callbacks of the call.
 */
final class PacedStream implements StreamObserver<RpcRequest> {
  private final ServerCallStreamObserver<RpcResponse> answers;
  private final Function<RpcRequest, RpcResponse> method;
  private boolean requestIsDue;

  private PacedStream(
      ServerCallStreamObserver<RpcResponse> answers, Function<RpcRequest, RpcResponse> method) {
    this.answers = answers;
    this.method = method;
  }

  static PacedStream start(
      ServerCallStreamObserver<RpcResponse> answers, Function<RpcRequest, RpcResponse> method) {
    PacedStream stream = new PacedStream(answers, method);
    stream.requestIsDue = true;
    answers.disableAutoRequest();
    answers.setOnReadyHandler(stream::requestIfDue);
    return stream;
  }

  @Override
  public void onNext(RpcRequest request) {
    answers.onNext(method.apply(request));
    requestIsDue = true;
    requestIfDue();
  }

  @Override
  public void onError(Throwable cause) {
    // The caller is gone; there is nobody to answer.
  }

  @Override
  public void onCompleted() {
    answers.onCompleted();
  }

  private void requestIfDue() {
    if (requestIsDue && answers.isReady()) {
      requestIsDue = false;
      answers.request(1);
    }
  }
}
