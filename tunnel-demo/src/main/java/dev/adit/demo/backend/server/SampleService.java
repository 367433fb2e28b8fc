package dev.adit.demo.backend.server;

import dev.adit.demo.backend.detect.DetectService;
import dev.adit.demo.backend.engine.EngineService;
import dev.adit.demo.backend.game.GameService;
import dev.adit.demo.backend.platform.OrderService;
import dev.adit.demo.backend.platform.UserService;
import io.grpc.ServerServiceDefinition;

/** A service of a sample system, and how to end those of its streams that have no end. */
record SampleService(ServerServiceDefinition definition, Runnable streamEnd) {

  static SampleService of(SampleSystem system, BackendConfig config) {
    return switch (system) {
      case ENGINE -> {
        EngineService engine = new EngineService(config.name(), config.heartbeatAfter());
        yield new SampleService(engine.bindService(), engine::close);
      }
      case GAME -> new SampleService(new GameService().bindService(), () -> {});
      case DETECT -> new SampleService(new DetectService().bindService(), () -> {});
      case USER -> new SampleService(new UserService().bindService(), () -> {});
      case ORDER -> {
        OrderService orders = new OrderService(config.updateEvery());
        yield new SampleService(orders.bindService(), orders::close);
      }
    };
  }

  /** The name callers address it by, with its package. */
  String name() {
    return definition.getServiceDescriptor().getName();
  }

  void endStreams() {
    streamEnd.run();
  }
}
