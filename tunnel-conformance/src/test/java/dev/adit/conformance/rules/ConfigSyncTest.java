package dev.adit.conformance.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.app.AgentStatusPage;
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
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Upstreams and routes in the server's rule files are served by the group's agents. */
@Timeout(60)
final class ConfigSyncTest {
  private static final String ACCEPTS = "configSync: accept\nallow: [\"127.0.0.1:*\"]\n";
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: all, to: shop}
      """;

  /** Answers with its name; a call to Long only when its request goes on. */
  private static RawBackend backend(String name) throws IOException {
    return RawBackend.start(
        stream -> {
          List<Field> head = stream.nextHead();
          List<Field> answer =
              Field.list(":status", "200", "content-type", "application/grpc", "x-backend", name);
          if ("/shop.Cart/Long".equals(Field.value(head, ":path"))) {
            stream.head(answer, false);
            stream.nextData();
            stream.head(Field.list("grpc-status", "0"), true);
          } else {
            stream.head(Field.with(answer, "grpc-status", "0"), true);
          }
        });
  }

  private static String rules(RawBackend backend) {
    return RULES
        + "groups:\n- name: shop\n  upstreams: [{name: web, backends: [\""
        + backend.hostAndPort()
        + "\"]}]\n";
  }

  private static Answer call(RawConnection caller, String method) throws IOException {
    return caller.open(CallerKind.GRPC.request("/shop.Cart/" + method), true).answer();
  }

  private static String state(LocalSite site, String agent) {
    return site.server().status().agents().stream()
        .filter(each -> each.id().equals(agent))
        .flatMap(each -> each.configs().stream())
        .map(ServerStatus.Config::state)
        .findAny()
        .orElse("none");
  }

  private static void awaitState(LocalSite site, String agent, String state) {
    Eventually.holds(agent + " is " + state, () -> state(site, agent).equals(state));
  }

  @Test
  void editMovesNewCallsToAnotherBackendAndLosesNone() throws Exception {
    try (RawBackend one = backend("one");
        RawBackend two = backend("two");
        LocalSite site =
            LocalSite.start(SitePlan.of(rules(one), new AgentPlan("a", List.of("shop"), ACCEPTS)));
        RawConnection caller = RawConnection.dial(site.entry())) {
      awaitState(site, "a", "accepted");
      assertEquals("one", call(caller, "Get").last("x-backend"));
      RawStream running = caller.open(CallerKind.GRPC.request("/shop.Cart/Long"), false);
      assertEquals("one", Field.value(running.nextHead(), "x-backend"));

      site.replaceRules(rules(two));
      int calls = 0;
      for (String backend = "one"; !backend.equals("two"); calls++) {
        Answer answer = call(caller, "Get");
        assertEquals("0", answer.last("grpc-status"), answer.toString());
        backend = String.valueOf(answer.last("x-backend"));
        assertTrue(calls < 100_000, "the edit never came");
      }

      // What ran before stays where it is, then its connection goes with it.
      running.data(new byte[] {0, 0, 0, 0, 0}, true);
      assertEquals("0", running.answer().last("grpc-status"));
      one.connections().forEach(RawConnection::awaitClosed);
      Eventually.empty(site::leftovers);
    }
  }

  /** It would serve what it was handed before its line lost the group. */
  @Test
  void groupThatComesBackIntoALineIsServedAsTheRulesAreThen() throws Exception {
    try (RawBackend one = backend("one");
        RawBackend two = backend("two");
        LocalSite site =
            LocalSite.start(
                SitePlan.of(rules(one), new AgentPlan("a", List.of("shop", "other"), ACCEPTS)));
        RawConnection caller = RawConnection.dial(site.entry())) {
      awaitState(site, "a", "accepted");
      assertEquals("one", call(caller, "Get").last("x-backend"));
      String text = Files.readString(site.agentsFile());
      Files.writeString(
          site.agentsFile(), text.replace("groups: [shop, other]", "groups: [other]"));
      Eventually.holds(
          "it is not served", () -> "14".equals(call(caller, "Get").last("grpc-status")));
      site.replaceRules(rules(two));
      Eventually.holds(
          "the rules are in force", () -> site.server().status().rules().loaded() == 2);
      Files.writeString(site.agentsFile(), text);
      Eventually.holds(
          "it is served anew", () -> "two".equals(call(caller, "Get").last("x-backend")));
    }
  }

  @Test
  void agentShowsWhatItWasHandedAndServesItByTheHandedRoutes() throws Exception {
    try (RawBackend one = backend("one");
        RawBackend two = backend("two");
        LocalSite site =
            LocalSite.start(
                SitePlan.of(
                    RULES
                        + """
                        groups:
                        - name: shop
                          upstreams:
                          - {name: carts, backends: ["%s"]}
                          - {name: rest, backends: ["%s"]}
                          routes:
                          - {matches: [{service: shop.Cart}], to: carts}
                          - {to: rest}
                        """
                            .formatted(one.hostAndPort(), two.hostAndPort()),
                    new AgentPlan("a", List.of("shop"), ACCEPTS)));
        RawConnection caller = RawConnection.dial(site.entry())) {
      awaitState(site, "a", "accepted");
      assertEquals("one", call(caller, "Get").last("x-backend"));
      assertEquals(
          "two",
          caller.open(CallerKind.GRPC.request("/shop.User/Get"), true).answer().last("x-backend"));
      AgentStatusPage status = site.agent("a").status();
      assertEquals(
          List.of("shop/carts", "shop/rest"),
          status.upstreams().stream().map(each -> each.group() + "/" + each.name()).toList());
      assertTrue(status.handed().get(0).served());

      site.replaceRules(RULES);
      Eventually.holds(
          "nothing is served any more",
          () -> "no-upstream".equals(call(caller, "Get").last("x-tunnel-reason")));
      awaitState(site, "a", "none");
    }
  }

  /** The agent's owner has said nothing of it, so the server's word counts for nothing. */
  @Test
  void agentThatDoesNotAcceptServesItsOwnAndTheServerShowsWhy() throws Exception {
    try (RawBackend one = backend("one");
        RawBackend two = backend("two");
        LocalSite site =
            LocalSite.start(SitePlan.of(rules(two), AgentPlan.of("a", "shop", one.hostAndPort())));
        RawConnection caller = RawConnection.dial(site.entry())) {
      awaitState(site, "a", "refused");
      assertEquals("one", call(caller, "Get").last("x-backend"));
      assertTrue(
          site.server().status().warnings().stream()
              .anyMatch(line -> line.contains("configSync is off in the agent's file")));
    }
  }
}
