package dev.adit.conformance.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.check.Scrape;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.server.registry.AgentSession;
import dev.adit.testing.logging.LoggedLines;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** agents.yaml is followed while the server runs: who is taken out of it loses its tunnels. */
@Timeout(60)
final class WithdrawnCredentialTest {
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: extra, matches: [{service: shop.Extra}], to: extra}
      - {name: cart, matches: [{service: shop.Cart}], to: carts}
      - {name: all, to: shop}
      """;

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeEach
  void startSite() throws Exception {
    backend = RawBackend.start(Script.answer(0));
    String upstream = "upstreams:\n- {name: all, backends: [\"" + backend.hostAndPort() + "\"]}\n";
    site =
        LocalSite.start(
            SitePlan.of(
                RULES,
                new AgentPlan("withdrawn", List.of("shop", "carts"), upstream),
                new AgentPlan("kept", List.of("shop"), upstream).withWholeLine()));
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void stopSite() throws IOException {
    caller.close();
    site.close();
    backend.close();
  }

  private List<String> agents() {
    return site.server().registry().snapshot().sessions().stream()
        .map(session -> session.id().value())
        .sorted()
        .toList();
  }

  private String call(String path) throws IOException {
    return String.valueOf(
        caller.open(CallerKind.GRPC.request(path), true).answer().last("grpc-status"));
  }

  @Test
  void agentThatIsTakenOutLosesItsTunnelsAndNobodyElseDoes() throws Exception {
    backend.script(backend::handOver);
    RawStream running = caller.open(CallerKind.GRPC.request("/shop.Cart/Get"), true);
    backend.awaitRequest();
    backend.script(Script.answer(0));

    String text = Files.readString(site.agentsFile());
    int begin = text.indexOf("- id: withdrawn");
    int next = text.indexOf("- id: kept");
    Files.writeString(site.agentsFile(), text.substring(0, begin) + text.substring(next));

    Eventually.holds("it is cut off", () -> agents().equals(List.of("kept")));
    assertEquals("tunnel-lost", running.answer().last("x-tunnel-reason"));
    Eventually.holds(
        "it is refused when it comes back",
        () -> Scrape.sum(site.admin(), "adit_tunnels_refused_total", "\"unauthenticated\"") >= 1);
    assertEquals(
        1,
        site.server().status().warnings().stream()
            .filter(each -> each.startsWith("a tunnel from 127.0.0.1:"))
            .filter(each -> each.contains("(unauthenticated)"))
            .count());
    assertEquals("0", call("/shop.User/Get"));
    assertEquals("14", call("/shop.Cart/Get"));
    assertEquals(
        List.of(),
        site.server().status().warnings().stream()
            .filter(each -> each.startsWith("agents refused"))
            .toList());
  }

  @Test
  void agentThatLosesOneOfItsGroupsLosesItsCallsWhichIsToldOnce() throws Exception {
    Eventually.holds("all have all their tunnels", () -> site.hasAllTunnels());
    RawStream running = runningCart();
    try (LoggedLines lines = new LoggedLines("dev.adit.server.tunnel", Level.INFO)) {
      replaceGroups("shop");
      assertEquals("tunnel-lost", running.answer().last("x-tunnel-reason"));
      assertEquals("14", call("/shop.Cart/Get"));
      assertEquals("0", call("/shop.User/Get"));
      assertEquals(List.of("kept", "withdrawn"), agents());
      assertEquals(1, count(lines, "may not serve [carts]"), lines.all()::toString);
    }
    replaceGroups("shop, carts");
    Eventually.holds("it serves them again", () -> call("/shop.Cart/Get").equals("0"));
  }

  @Test
  void callsOfTheGroupsThatAnAgentKeepsGoOn() throws Exception {
    RawStream running = runningCart();
    RawStream served = backend.awaitRequest();
    AgentSession before = session("withdrawn");
    replaceGroups("carts");
    Eventually.holds("it is in force", () -> before.groups().size() == 1);
    assertEquals("0", call("/shop.Cart/Get"));
    served.head(
        Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", "0"), true);
    assertEquals("0", running.answer().last("grpc-status"));
    assertSame(before, session("withdrawn"));
  }

  /** A call that only the first agent serves, and that its backend does not answer yet. */
  private RawStream runningCart() throws IOException {
    backend.script(backend::handOver);
    RawStream running = caller.open(CallerKind.GRPC.request("/shop.Cart/Get"), true);
    Eventually.holds("it runs", () -> backend.awaitingRequests() > 0);
    backend.script(Script.answer(0));
    return running;
  }

  private void replaceGroups(String groups) throws IOException {
    String text = Files.readString(site.agentsFile());
    Files.writeString(
        site.agentsFile(),
        text.replaceFirst("(?s)(id: withdrawn.*?groups: )[^]]*]", "$1[" + groups + "]"));
  }

  private static long count(LoggedLines lines, String text) {
    return lines.all().stream().filter(line -> line.contains(text)).count();
  }

  /** On the same run of it: no tunnel of it is cut. */
  @Test
  void groupThatIsAddedToALineIsServedByTheAgentThatRuns() throws Exception {
    assertEquals("14", call("/shop.Extra/Get"));
    AgentSession before = session("kept");
    String text = Files.readString(site.agentsFile());
    int kept = text.indexOf("- id: kept");
    Files.writeString(
        site.agentsFile(),
        text.substring(0, kept)
            + text.substring(kept).replaceFirst("groups: .shop.", "groups: [shop, extra]"));
    Eventually.holds("it is served", () -> call("/shop.Extra/Get").equals("0"));
    assertSame(before, session("kept"));
  }

  /** It was refused as if it took the place of itself, which the earlier line had named exactly. */
  @Test
  void agentWhoseLineBecomesOneForManyIsStillTaken() throws Exception {
    String text = Files.readString(site.agentsFile());
    int kept = text.indexOf("- id: kept");
    Files.writeString(
        site.agentsFile(),
        text.substring(0, kept)
            + text.substring(kept)
                .replaceFirst("- id: kept", "- id: kep*")
                .replaceFirst("groups: .shop.", "groups: [shop, extra]"));
    Eventually.holds("it dials anew", () -> call("/shop.Extra/Get").equals("0"));
  }

  private AgentSession session(String id) {
    return site.server().registry().snapshot().sessions().stream()
        .filter(each -> each.id().value().equals(id))
        .findAny()
        .orElseThrow();
  }

  @Test
  void fileThatCannotBeUsedChangesNothingAndStatusSaysSo() throws Exception {
    String text = Files.readString(site.agentsFile());
    Files.writeString(site.agentsFile(), text.replace("tokens:", "tokenz:"));
    assertRefused("tokenz");

    // Whoever waited for somebody to write into it would see no change any more.
    Files.delete(site.agentsFile());
    String pipe = site.agentsFile().toString();
    assertEquals(0, new ProcessBuilder("mkfifo", pipe).start().waitFor());
    assertRefused("is no file");
    Files.delete(site.agentsFile());

    Files.writeString(site.agentsFile(), text + "# mended\n");
    Eventually.holds(
        "the warning is gone",
        () ->
            site.server().status().warnings().stream()
                .noneMatch(each -> each.startsWith("agents refused")));
    assertTrue(agents().contains("withdrawn"));
  }

  private void assertRefused(String why) throws IOException {
    Eventually.holds(
        "status tells of " + why,
        () ->
            site.server().status().warnings().stream()
                .anyMatch(each -> each.startsWith("agents refused") && each.contains(why)));
    assertEquals(List.of("kept", "withdrawn"), agents());
    assertEquals("0", call("/shop.Cart/Get"));
  }
}
