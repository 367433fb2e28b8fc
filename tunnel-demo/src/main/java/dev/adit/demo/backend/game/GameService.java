package dev.adit.demo.backend.game;

import dev.adit.demo.proto.game.GameServiceGrpc;
import dev.adit.demo.proto.game.RpcRequest;
import dev.adit.demo.proto.game.RpcResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** A game server behind one generic call: the request names the method it is for. */
public final class GameService extends GameServiceGrpc.GameServiceImplBase {
  private final GameMethods methods = new GameMethods();

  @Override
  public void call(RpcRequest request, StreamObserver<RpcResponse> answer) {
    answer.onNext(methods.run(request));
    answer.onCompleted();
  }

  @Override
  public StreamObserver<RpcRequest> streamCall(StreamObserver<RpcResponse> answers) {
    return PacedStream.start((ServerCallStreamObserver<RpcResponse>) answers, methods::run);
  }
}
