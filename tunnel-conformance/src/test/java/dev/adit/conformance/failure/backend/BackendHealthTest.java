package dev.adit.conformance.failure.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.server.admin.ServerStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Backends that are not well get no calls, and agents without any well one neither. */
@Timeout(60)
final class BackendHealthTest {
  private static final int CALLS = 100;
  private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};
  private static final byte[] NOT_SERVING = {0, 0, 0, 0, 2, 8, 2};
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: saved, hosts: saved.example, to: shop, fallback: spare}
      - {name: all, to: shop}
      """;

  /** A backend that says of itself how it is. */
  private static final class Backend implements AutoCloseable {
    private final RawBackend backend;
    private volatile byte[] health = SERVING;

    Backend(String name) throws IOException {
      backend = RawBackend.start(stream -> serve(stream, name));
    }

    private void serve(RawStream stream, String name) throws IOException {
      List<Field> head = stream.nextHead();
      List<Field> answer =
          Field.list(":status", "200", "content-type", "application/grpc", "x-backend", name);
      if ("/grpc.health.v1.Health/Check".equals(Field.value(head, ":path"))) {
        stream.head(answer, false);
        stream.data(health, false);
        stream.head(Field.list("grpc-status", "0"), true);
      } else {
        stream.head(Field.with(answer, "grpc-status", "0"), true);
      }
    }

    AgentPlan agent(String id, String group) {
      return new AgentPlan(
          id,
          List.of(group),
          """
          upstreams:
          - name: web
            backends: ["%s"]
            health: {grpc: "", interval: 50ms, timeout: 1s, down: 2, up: 2}
          """
              .formatted(backend.hostAndPort()));
    }

    @Override
    public void close() throws IOException {
      backend.close();
    }
  }

  private static Answer call(RawConnection caller, String host) throws IOException {
    List<Field> head =
        CallerKind.GRPC.request("/shop.Cart/Get").stream()
            .map(field -> field.name().equals(":authority") ? new Field(":authority", host) : field)
            .toList();
    return caller.open(head, true).answer();
  }

  private static Set<String> backendsOf(RawConnection caller, String host) throws IOException {
    Set<String> backends = new HashSet<>();
    for (int i = 0; i < CALLS; i++) {
      Answer answer = call(caller, host);
      assertEquals("0", answer.last("grpc-status"), answer.toString());
      backends.add(String.valueOf(answer.last("x-backend")));
    }
    return backends;
  }

  private static void awaitUnhealthy(LocalSite site, String... agents) {
    Eventually.holds(
        List.of(agents) + " are unhealthy",
        () ->
            site.server().status().groups().stream()
                .filter(group -> group.name().equals("shop"))
                .map(ServerStatus.Group::unhealthy)
                .anyMatch(unhealthy -> Set.copyOf(unhealthy).equals(Set.of(agents))));
  }

  @Test
  void callsGoWhereABackendIsWell() throws Exception {
    try (Backend one = new Backend("one");
        Backend two = new Backend("two");
        Backend spare = new Backend("spare");
        LocalSite site =
            LocalSite.start(
                SitePlan.of(
                    RULES,
                    one.agent("a", "shop"),
                    two.agent("b", "shop"),
                    spare.agent("c", "spare")));
        RawConnection caller = RawConnection.dial(site.entry())) {
      awaitUnhealthy(site);
      assertEquals(Set.of("one", "two"), backendsOf(caller, "a.example"));

      one.health = NOT_SERVING;
      awaitUnhealthy(site, "a");
      assertEquals(Set.of("two"), backendsOf(caller, "a.example"));

      two.health = NOT_SERVING;
      awaitUnhealthy(site, "a", "b");
      assertEquals(Set.of("spare"), backendsOf(caller, "saved.example"));
      Answer nowhere = call(caller, "a.example");
      CallerKind.GRPC.assertFailed(nowhere, "backend-unreachable", 14, 502);

      one.health = SERVING;
      awaitUnhealthy(site, "b");
      assertEquals(Set.of("one"), backendsOf(caller, "saved.example"));
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  void connectionIsEnoughForATcpCheck() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    AgentPlan plan =
        new AgentPlan(
            "a",
            List.of("shop"),
            """
            upstreams:
            - name: web
              backends: ["127.0.0.1:%d"]
              health: {tcp: true, interval: 20ms, down: 1, up: 1}
            """
                .formatted(port));
    try (LocalSite site = LocalSite.start(SitePlan.of(RULES, plan))) {
      Eventually.holds("it is down", () -> !isHealthy(site));
      try (ServerSocket backend = new ServerSocket()) {
        backend.setReuseAddress(true);
        backend.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Eventually.holds("it is up", () -> isHealthy(site));
      }
      Eventually.holds("it is down again", () -> !isHealthy(site));
      assertTrue(site.agent("a").running() == 0);
    }
  }

  private static boolean isHealthy(LocalSite site) {
    return site.agent("a").status().upstreams().get(0).backends().get(0).healthy();
  }
}
