package dev.adit.demo.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.demo.client.CallTally;
import dev.adit.demo.client.GameClient;
import dev.adit.demo.proto.game.RpcRequest;
import dev.adit.demo.proto.game.RpcResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GameSystemTest {
  private BackendFixture backend;
  private GameClient game;

  @BeforeEach
  void start() throws IOException {
    backend = BackendFixture.start(BackendConfig.onLoopback("game-1", SampleSystem.GAME));
    game = new GameClient(backend.channel());
  }

  @AfterEach
  void stop() {
    backend.close();
  }

  @Test
  void roomsKnowWhoIsInThem() {
    assertEquals("ada", payload(game.call(GameClient.request("lobby", "join", "red", "ada"))));
    assertEquals(
        "ada,grace", payload(game.call(GameClient.request("lobby", "join", "red", "grace"))));
    assertEquals("grace", payload(game.call(GameClient.request("lobby", "leave", "red", "ada"))));
    assertEquals("grace", payload(game.call(GameClient.request("lobby", "players", "red", ""))));
    assertEquals("", payload(game.call(GameClient.request("lobby", "players", "blue", ""))));
  }

  @Test
  void scoresAddUpAndTheBestComeFirst() {
    game.call(GameClient.request("score", "add", "5", "ada"));
    game.call(GameClient.request("score", "add", "7", "grace"));

    assertEquals("15", payload(game.call(GameClient.request("score", "add", "10", "ada"))));
    assertEquals("ada=15,grace=7", payload(game.call(GameClient.request("score", "top", "", ""))));
  }

  @Test
  void unknownMethodsAndBadPayloadsAreCodesOfTheGame() {
    assertEquals(404, game.call(GameClient.request("lobby", "burn", "", "")).getCode());
    assertEquals(400, game.call(GameClient.request("score", "add", "many", "ada")).getCode());
    assertEquals(400, game.call(GameClient.request("lobby", "join", "red", "")).getCode());
  }

  @Test
  void aStreamAnswersEachRequestBeforeTheNextIsSent() throws Exception {
    List<RpcRequest> requests =
        IntStream.range(0, 200)
            .mapToObj(i -> GameClient.request("echo", "echo", "turn " + i, ""))
            .toList();

    List<RpcResponse> responses = game.converse(requests);

    assertEquals(
        requests.stream().map(RpcRequest::getPayload).toList(),
        responses.stream().map(RpcResponse::getPayload).toList());
  }

  @Test
  void thousandsOfCallsAtOnceEachGetTheirOwnAnswer() throws Exception {
    CallTally tally = game.echoes(5000, 1000);

    assertEquals(Map.of(), tally.failures());
    assertEquals(0, tally.wrong());
    assertEquals(5000, tally.right());
  }

  private static String payload(RpcResponse response) {
    assertEquals(0, response.getCode(), response.getMessage());
    return response.getPayload().toStringUtf8();
  }
}
