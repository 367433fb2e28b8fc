package dev.adit.demo.scenes;

import static dev.adit.demo.tour.Step.RpcKind.BIDI_STREAMING;
import static dev.adit.demo.tour.Step.RpcKind.CLIENT_STREAMING;
import static dev.adit.demo.tour.Step.RpcKind.SERVER_STREAMING;
import static dev.adit.demo.tour.Step.RpcKind.UNARY;

import dev.adit.demo.tour.Step;
import dev.adit.demo.tour.Takers;
import java.util.List;

/** The calls of the tour, in order: who must take each, and what is asked. */
public final class DemoSteps {
  private static final String API = "api.example.com";
  private static final String ENGINE = "engine.example.com";
  private static final String GAME = "eu.play.example";
  private static final String USERS = "jisucloud.v1.UserService/";
  private static final String ORDERS = "jisucloud.v1.OrderService/";

  private static final Takers USER_TAKERS = Takers.of("users", "accounts", "site-a", "user-1");
  private static final Takers ORDER_TAKERS = Takers.of("orders", "sales", "site-b", "order-1");
  private static final Takers ENGINE_TAKERS = Takers.of("engine", "trading", "site-a", "engine-1");
  private static final Takers GAME_TAKERS = Takers.of("games", "games", "site-b", "game-1");
  private static final Takers SPAM_TAKERS = Takers.of("spam", "moderation", "site-b", "detect-1");

  private DemoSteps() {}

  /** All calls. */
  public static List<Step> all() {
    PlatformScenes platform = new PlatformScenes();
    EngineScenes engine = new EngineScenes();
    GameScenes game = new GameScenes();
    return List.of(
        new Step(UNARY, API, USERS + "CreateUser", USER_TAKERS, platform::createUser),
        new Step(UNARY, API, USERS + "GetUser", USER_TAKERS, platform::missingUser),
        new Step(SERVER_STREAMING, API, USERS + "ListUsers", USER_TAKERS, platform::listUsers),
        new Step(CLIENT_STREAMING, API, USERS + "BatchGetUsers", USER_TAKERS, platform::batchGet),
        new Step(UNARY, API, ORDERS + "CreateOrder", ORDER_TAKERS, platform::createOrder),
        new Step(
            SERVER_STREAMING,
            API,
            ORDERS + "StreamOrderUpdates",
            ORDER_TAKERS,
            platform::followOrder),
        new Step(UNARY, ENGINE, "engine.EngineService/ExecuteAction", ENGINE_TAKERS, engine::trade),
        new Step(
            SERVER_STREAMING,
            ENGINE,
            "engine.EngineService/ListenEvents",
            ENGINE_TAKERS,
            engine::listen),
        new Step(UNARY, GAME, "game.grpc.GameService/Call", GAME_TAKERS, game::join),
        new Step(
            BIDI_STREAMING, GAME, "game.grpc.GameService/StreamCall", GAME_TAKERS, game::converse),
        new Step(UNARY, "spam.example.org", "Detect/detect", SPAM_TAKERS, new DetectScene()),
        new Step(UNARY, "nowhere.example", USERS + "GetUser", Takers.NOBODY, platform::nowhere));
  }
}
