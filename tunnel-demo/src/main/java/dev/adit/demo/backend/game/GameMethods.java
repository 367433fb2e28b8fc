package dev.adit.demo.backend.game;

import com.google.protobuf.ByteString;
import dev.adit.demo.proto.game.RpcRequest;
import dev.adit.demo.proto.game.RpcResponse;
import java.util.Map;
import java.util.function.Function;

/**
 * The methods of the game, by {@code service_name/method_name}. Texts in payloads are UTF-8; who
 * plays is the metadata entry {@code player}.
 */
final class GameMethods {
  private static final int BAD_REQUEST = 400;
  private static final int UNKNOWN_METHOD = 404;
  private static final String PLAYER = "player";

  private final Lobby lobby = new Lobby();
  private final ScoreBoard scores = new ScoreBoard();
  private final Map<String, Function<RpcRequest, RpcResponse>> byName =
      Map.of(
          "echo/echo",
          request -> done(request.getPayload()),
          "lobby/join",
          this::join,
          "lobby/leave",
          this::leave,
          "lobby/players",
          request -> done(lobby.players(text(request))),
          "score/add",
          this::addScore,
          "score/top",
          request -> done(scores.top()));

  RpcResponse run(RpcRequest request) {
    String name = request.getServiceName() + "/" + request.getMethodName();
    Function<RpcRequest, RpcResponse> method = byName.get(name);
    if (method == null) {
      return refused(UNKNOWN_METHOD, "no method " + name);
    }
    return method.apply(request);
  }

  private RpcResponse join(RpcRequest request) {
    if (player(request).isEmpty() || request.getPayload().isEmpty()) {
      return refused(BAD_REQUEST, "expected a room as payload and a player as metadata");
    }
    return done(lobby.join(text(request), player(request)));
  }

  private RpcResponse leave(RpcRequest request) {
    return done(lobby.leave(text(request), player(request)));
  }

  private RpcResponse addScore(RpcRequest request) {
    try {
      long points = Long.parseLong(text(request));
      return done(Long.toString(scores.add(player(request), points)));
    } catch (NumberFormatException e) {
      return refused(BAD_REQUEST, "expected points as payload, such as 25");
    }
  }

  private static String player(RpcRequest request) {
    return request.getMetadataOrDefault(PLAYER, "");
  }

  private static String text(RpcRequest request) {
    return request.getPayload().toStringUtf8();
  }

  private static RpcResponse done(String payload) {
    return done(ByteString.copyFromUtf8(payload));
  }

  private static RpcResponse done(ByteString payload) {
    return RpcResponse.newBuilder().setMessage("ok").setPayload(payload).build();
  }

  private static RpcResponse refused(int code, String message) {
    return RpcResponse.newBuilder().setCode(code).setMessage(message).build();
  }
}
