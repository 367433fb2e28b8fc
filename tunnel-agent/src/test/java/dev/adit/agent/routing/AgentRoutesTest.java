package dev.adit.agent.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.config.HostPort;
import dev.adit.core.match.CallMatch;
import dev.adit.core.match.TextMatch;
import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.AgentRoute;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AgentRoutesTest {

  private static final GroupName SHOP = new GroupName("shop");
  private static final GroupName CANARY = new GroupName("shop-canary");

  @Test
  void onlyUpstreamTakesAllWithoutRoutes() {
    AgentRoutes routes = AgentRoutes.of(List.of(upstream("a")), List.of());
    assertEquals(new UpstreamName("a"), routes.route(call("/s.S/M"), SHOP));
  }

  @Test
  void onlyUpstreamTakesWhatItsRouteSaysOnceThereIsOne() {
    CallMatch match = new CallMatch(TextMatch.exact("s.S"), null, null, List.of(), null);
    AgentRoutes routes =
        AgentRoutes.of(
            List.of(upstream("a")),
            List.of(new AgentRoute(List.of(), List.of(match), 0, new UpstreamName("a"))));
    assertEquals(new UpstreamName("a"), routes.route(call("/s.S/M"), SHOP));
    assertEquals(null, routes.route(call("/t.T/M"), SHOP));
  }

  @Test
  void mostSpecificRouteWinsAndTheGroupMayDecide() {
    CallMatch service = new CallMatch(TextMatch.exact("s.S"), null, null, List.of(), null);
    AgentRoutes routes =
        AgentRoutes.of(
            List.of(upstream("rest"), upstream("s"), upstream("next")),
            List.of(
                new AgentRoute(List.of(), List.of(), 0, new UpstreamName("rest")),
                new AgentRoute(List.of(), List.of(service), 0, new UpstreamName("s")),
                new AgentRoute(
                    List.of(), List.of(service.withGroup(CANARY)), 0, new UpstreamName("next"))));
    assertEquals(new UpstreamName("rest"), routes.route(call("/t.T/M"), CANARY));
    assertEquals(new UpstreamName("s"), routes.route(call("/s.S/M"), SHOP));
    assertEquals(new UpstreamName("next"), routes.route(call("/s.S/M"), CANARY));
  }

  private static UpstreamConfig upstream(String name) {
    BackendConfig backend = new BackendConfig(new HostPort("127.0.0.1", 1), 1);
    return UpstreamConfig.of(new UpstreamName(name), List.of(backend));
  }

  private static CallHeaders call(String path) {
    return new CallHeaders(
        CallProtocol.GRPC,
        AsciiString.of("POST"),
        AsciiString.of("http"),
        AsciiString.of("a.example"),
        AsciiString.of(path),
        new HeaderFields(),
        CallHeaders.NO_TIMEOUT);
  }
}
