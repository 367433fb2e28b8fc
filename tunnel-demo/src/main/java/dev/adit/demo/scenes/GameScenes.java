package dev.adit.demo.scenes;

import static dev.adit.demo.tour.WrongAnswerException.check;

import dev.adit.demo.client.GameClient;
import dev.adit.demo.proto.game.RpcResponse;
import dev.adit.demo.tour.Step.Exchange;
import dev.adit.demo.tour.WrongAnswerException;
import io.grpc.Channel;
import java.util.List;

/** Calls to the game server. */
final class GameScenes {

  Exchange join(Channel channel, Channel aside) throws WrongAnswerException {
    RpcResponse response =
        new GameClient(channel).call(GameClient.request("lobby", "join", "red room", "ada"));
    check("code", 0, response.getCode());
    check("players", "ada", response.getPayload().toStringUtf8());
    return new Exchange(
        "lobby/join \"red room\" as ada", "players: " + response.getPayload().toStringUtf8());
  }

  Exchange converse(Channel channel, Channel aside) throws Exception {
    List<RpcResponse> responses =
        new GameClient(channel)
            .converse(
                List.of(
                    GameClient.request("score", "add", "10", "ada"),
                    GameClient.request("score", "add", "32", "ada"),
                    GameClient.request("score", "top", "", "")));
    List<String> payloads =
        responses.stream().map(response -> response.getPayload().toStringUtf8()).toList();
    check("answers", List.of("10", "42", "ada=42"), payloads);
    return new Exchange(
        "score/add 10, score/add 32, score/top: each sent once the one before was answered",
        "3 messages: " + String.join(", ", payloads));
  }
}
