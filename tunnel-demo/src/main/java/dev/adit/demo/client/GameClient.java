package dev.adit.demo.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.adit.demo.proto.game.GameServiceGrpc;
import dev.adit.demo.proto.game.RpcRequest;
import dev.adit.demo.proto.game.RpcResponse;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A caller of the game server's generic RPC. */
public final class GameClient {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Channel channel;

  public GameClient(Channel channel) {
    this.channel = channel;
  }

  /** A request for a method of the game, with a text as payload and a player as metadata. */
  public static RpcRequest request(String service, String method, String payload, String player) {
    return RpcRequest.newBuilder()
        .setServiceName(service)
        .setMethodName(method)
        .setPayload(ByteString.copyFromUtf8(payload))
        .putAllMetadata(player.isEmpty() ? Map.of() : Map.of("player", player))
        .build();
  }

  /** One call of one method. */
  public RpcResponse call(RpcRequest request) {
    return GameServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
        .call(request);
  }

  /**
   * Many requests on one stream, each sent only after the one before was answered: this ends only
   * where both directions flow at the same time.
   */
  public List<RpcResponse> converse(List<RpcRequest> requests)
      throws StatusException, TimeoutException, InterruptedException {
    BlockingClientCall<RpcRequest, RpcResponse> call =
        GameServiceGrpc.newBlockingV2Stub(channel)
            .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
            .streamCall();
    List<RpcResponse> responses = new ArrayList<>();
    for (RpcRequest request : requests) {
      call.write(request);
      RpcResponse response = call.read();
      if (response == null) {
        return responses;
      }
      responses.add(response);
    }
    call.halfClose();
    RpcResponse surplus = call.read();
    if (surplus != null) {
      responses.add(surplus);
    }
    return responses;
  }

  /**
   * Many calls at once, each with a payload of its own to be sent back.
   *
   * @param calls how many in all
   * @param inFlight how many at most at the same time
   */
  public CallTally echoes(int calls, int inFlight) throws InterruptedException {
    GameServiceGrpc.GameServiceFutureStub stub =
        GameServiceGrpc.newFutureStub(channel)
            .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
    CallTally tally = new CallTally();
    Semaphore free = new Semaphore(inFlight);
    for (int i = 0; i < calls; i++) {
      RpcRequest request = request("echo", "echo", "payload " + i, "");
      free.acquire();
      Futures.addCallback(
          stub.call(request),
          new FutureCallback<RpcResponse>() {
            @Override
            public void onSuccess(@Nullable RpcResponse response) {
              tally.answered(
                  response != null && response.getPayload().equals(request.getPayload()));
              free.release();
            }

            @Override
            public void onFailure(Throwable cause) {
              tally.failed(cause);
              free.release();
            }
          },
          MoreExecutors.directExecutor());
    }
    free.acquire(inFlight);
    return tally;
  }
}
