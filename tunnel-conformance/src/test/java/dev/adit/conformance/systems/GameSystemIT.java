package dev.adit.conformance.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.site.SitePlan;
import dev.adit.demo.backend.server.BackendConfig;
import dev.adit.demo.backend.server.BackendServer;
import dev.adit.demo.backend.server.SampleSystem;
import dev.adit.demo.client.CallTally;
import dev.adit.demo.client.GameClient;
import dev.adit.demo.proto.game.GameServiceGrpc;
import dev.adit.demo.proto.game.RpcRequest;
import dev.adit.demo.proto.game.RpcResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The game server (S3). */
final class GameSystemIT {
  private static final int CONCURRENT = 2000;
  private static final int CALLS = 3000;
  private static final int SOON_SECONDS = 20;

  private static BackendServer backend;
  private static SystemSite site;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    backend = BackendServer.start(BackendConfig.onLoopback("game-1", SampleSystem.GAME));
    site =
        SystemSite.start(
            SitePlan.of(backend.address())
                .withEntryOptions("maxStreamsPerConnection: " + CONCURRENT));
    channel = site.channel("eu.play.example");
  }

  @AfterAll
  static void stop() {
    site.close();
    backend.close();
  }

  @Test
  void callAnswersWithThePayloadOfTheMethod() {
    RpcResponse response =
        new GameClient(channel).call(GameClient.request("lobby", "join", "red room", "ada"));

    assertEquals(0, response.getCode());
    assertEquals("ada", response.getPayload().toStringUtf8());
  }

  @Test
  void streamCallAnswersInTurn() throws Exception {
    List<RpcRequest> requests =
        IntStream.range(0, 100)
            .mapToObj(i -> GameClient.request("echo", "echo", "turn " + i, ""))
            .toList();

    List<RpcResponse> responses = new GameClient(channel).converse(requests);

    assertEquals(
        requests.stream().map(RpcRequest::getPayload).toList(),
        responses.stream().map(RpcResponse::getPayload).toList());
  }

  @Test
  void thousandsOfCallsAreAllAnsweredRight() throws InterruptedException {
    CallTally tally = new GameClient(channel).echoes(CALLS, CONCURRENT);

    assertEquals(Map.of(), tally.failures());
    assertEquals(0, tally.wrong());
    assertEquals(CALLS, tally.right());
  }

  /** None ends before all were answered, so all of them are open at the same time. */
  @Test
  void thousandsOfConversationsAreOpenAtOnce() throws InterruptedException {
    List<Conversation> all = new ArrayList<>();
    CountDownLatch answered = new CountDownLatch(CONCURRENT);
    CountDownLatch ended = new CountDownLatch(CONCURRENT);
    Queue<String> problems = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < CONCURRENT; i++) {
      all.add(Conversation.open(channel, "player " + i, answered, ended, problems));
    }

    boolean allAnswered = answered.await(SOON_SECONDS, TimeUnit.SECONDS);
    assertEquals(List.of(), List.copyOf(problems));
    assertTrue(allAnswered, answered.getCount() + " were not answered");
    all.forEach(Conversation::end);

    boolean allEnded = ended.await(SOON_SECONDS, TimeUnit.SECONDS);
    assertEquals(List.of(), List.copyOf(problems));
    assertTrue(allEnded, ended.getCount() + " have not ended");
  }

  /** One stream on which one text is sent and must come back. */
  private record Conversation(
      String text,
      CountDownLatch answered,
      CountDownLatch ended,
      Queue<String> problems,
      List<StreamObserver<RpcRequest>> requests)
      implements StreamObserver<RpcResponse> {

    static Conversation open(
        ManagedChannel channel,
        String text,
        CountDownLatch answered,
        CountDownLatch ended,
        Queue<String> problems) {
      Conversation made = new Conversation(text, answered, ended, problems, new ArrayList<>());
      StreamObserver<RpcRequest> requests = GameServiceGrpc.newStub(channel).streamCall(made);
      made.requests.add(requests);
      requests.onNext(GameClient.request("echo", "echo", text, ""));
      return made;
    }

    void end() {
      requests.get(0).onCompleted();
    }

    @Override
    public void onNext(RpcResponse response) {
      if (!response.getPayload().toStringUtf8().equals(text)) {
        problems.add(text + " got " + response.getPayload().toStringUtf8());
      }
      answered.countDown();
    }

    @Override
    public void onError(Throwable cause) {
      problems.add(text + " got " + cause);
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
