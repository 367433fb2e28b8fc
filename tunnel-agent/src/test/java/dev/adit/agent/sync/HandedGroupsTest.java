package dev.adit.agent.sync;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.agent.backend.Upstream;
import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.agent.dispatch.RoutedUpstreams;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.health.HealthChecks;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.EventLoops;
import dev.adit.core.upstream.UpstreamName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which documents of which servers are in force, and what the servers are told. */
final class HandedGroupsTest {
  private static final GroupName SHOP = new GroupName("shop");
  private static final ReceiveWindows.Sizes WINDOWS = ReceiveWindows.Sizes.fixed(1024);

  /** A tunnel that keeps the answers it is given. */
  private record Peer(String serverId, String address, List<String> answers) implements ConfigPeer {
    Peer(String serverId) {
      this(serverId, serverId + ".example:8003", new CopyOnWriteArrayList<>());
    }

    @Override
    public void answer(GroupName group, String revision, boolean accepted, String message) {
      answers.add(group + " " + revision + " " + accepted + " " + message);
    }

    String last() {
      return answers.get(answers.size() - 1);
    }
  }

  private final EventLoops loops = EventLoops.start(1, "sync-test");
  private final ServedUpstreams served;
  private HandedGroups groups;

  HandedGroupsTest() throws IOException {
    served =
        new ServedUpstreams(
            new RoutedUpstreams(
                AgentRoutes.of(List.of(), List.of()),
                new UpstreamTable(List.of(), loops, WINDOWS)));
    groups = groups(ConfigSyncMode.ACCEPT);
  }

  private HandedGroups groups(ConfigSyncMode mode) {
    AllowList allow =
        new AllowList(
            List.of(
                AllowList.Pattern.parse("127.0.0.1:*"), AllowList.Pattern.parse("*.internal:443")));
    return new HandedGroups(mode, allow, served, new HealthChecks(loops), loops, WINDOWS);
  }

  @AfterEach
  void stop() {
    groups.close();
    loops.close();
  }

  private Peer up(String serverId) {
    Peer peer = new Peer(serverId);
    groups.onTunnelUp(peer);
    return peer;
  }

  /** Hands a document out and waits for its answer. */
  private String hand(Peer by, String revision, String document) {
    int before = by.answers().size();
    groups.onDocument(by, SHOP, revision, document);
    await().atMost(Duration.ofSeconds(10)).until(() -> by.answers().size() > before);
    return by.last();
  }

  private static String upstream(String backend) {
    return "version: 1\nupstreams: [{name: web, backends: [\"" + backend + "\"]}]\n";
  }

  private @Nullable Upstream web() {
    RoutedUpstreams ofShop = served.handed().get(SHOP);
    return ofShop == null ? null : ofShop.upstreams().upstream(new UpstreamName("web"));
  }

  private String backend() {
    Upstream web = web();
    return web == null ? "" : web.backends().get(0).address().toString();
  }

  @Test
  void documentWithinTheAllowListIsServed() {
    Peer peer = up("a");
    assertEquals("shop r1 true ", hand(peer, "r1", upstream("127.0.0.1:1")));
    assertEquals("127.0.0.1:1", backend());
    assertEquals(
        List.of(new HandedStatus("shop", "r1", "a.example:8003", true, "")), groups.status());
  }

  @Test
  void agentThatDoesNotAcceptSaysSo() {
    groups.close();
    groups = groups(ConfigSyncMode.OFF);
    String answer = hand(up("a"), "r1", upstream("127.0.0.1:1"));
    assertTrue(answer.startsWith("shop r1 false configSync is off"), answer);
    assertNull(web());
  }

  @Test
  void backendOutsideTheAllowListIsRefusedByName() {
    Peer peer = up("a");
    hand(peer, "r1", upstream("127.0.0.1:1"));
    String answer = hand(peer, "r2", upstream("169.254.169.254:80"));
    assertTrue(answer.startsWith("shop r2 false "), answer);
    assertTrue(answer.contains("169.254.169.254:80 of upstream 'web'"), answer);
    assertEquals("127.0.0.1:1", backend());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca: %s", "{cert: %s, key: %s}", "{ca: %s, serverName: x.internal}"})
  void fileOfTheAgentsHostCannotBeNamedWhetherItExistsOrNot(String tls, @TempDir Path directory)
      throws IOException {
    Path there = Files.writeString(directory.resolve("secret.pem"), "secret");
    Peer peer = up("a");
    Set<String> answers =
        List.of(there, directory.resolve("absent.pem")).stream()
            .map(file -> tls.replace("%s", "\"" + file + "\""))
            .map(
                text ->
                    "version: 1\nupstreams:\n- name: web\n  backends: [a.internal:443]\n  tls: "
                        + (text.startsWith("{") ? text : "{" + text + "}"))
            .map(document -> hand(peer, "r" + document.length(), document))
            .map(answer -> answer.replaceAll("^shop r\\d+ ", ""))
            .collect(Collectors.toSet());
    assertEquals(1, answers.size(), answers.toString());
    String answer = answers.iterator().next();
    assertTrue(answer.startsWith("false "), answer);
    assertTrue(answer.contains("cannot name files"), answer);
  }

  @Test
  void documentThatCannotBeReadIsRefusedWithItsPlaceAndWhatWasServedStays() {
    Peer peer = up("a");
    hand(peer, "r1", upstream("127.0.0.1:1"));
    String answer = hand(peer, "r2", "version: 1\nupstreams:\n- {nam: web}\n");
    assertTrue(answer.contains("group shop:3:4: upstreams[0].nam"), answer);
    assertTrue(answer.contains("did you mean 'name'"), answer);
    assertEquals("127.0.0.1:1", backend());
  }

  @Test
  void backendsThatAreHandedOutAreWatched() {
    String health = ", health: {tcp: true, interval: 10ms}}]\n";
    Peer peer = up("a");
    hand(peer, "r1", upstream("127.0.0.1:1"));
    hand(peer, "r2", upstream("127.0.0.1:1").replace("}]\n", health));
    Upstream watched = Objects.requireNonNull(web());
    await().atMost(Duration.ofSeconds(10)).until(() -> !watched.backends().get(0).isHealthy());
  }

  @Test
  void documentWithAKeyThatIsNoneIsRefused() {
    String answer = hand(up("a"), "r1", upstream("127.0.0.1:1") + "rout: []\n");
    assertTrue(answer.contains("group shop:3:1: rout: "), answer);
    assertEquals("", backend());
  }

  @Test
  void hopelessDocumentIsToldInFewWords() {
    String bad =
        IntStream.range(0, 500)
            .mapToObj(i -> "- {nam: x" + i + "}\n")
            .collect(Collectors.joining());
    String answer = hand(up("a"), "r1", "version: 1\nupstreams:\n" + bad);
    assertTrue(answer.length() < 2000, answer);
    assertTrue(answer.contains(" more"), answer);
  }

  @Test
  void upstreamThatDoesNotChangeKeepsItsConnections() {
    Peer peer = up("a");
    hand(peer, "r1", upstream("127.0.0.1:1"));
    Upstream before = web();
    assertNotNull(before);
    hand(
        peer,
        "r2",
        """
        version: 1
        upstreams:
        - {name: web, backends: ["127.0.0.1:1"]}
        - {name: b, backends: ["127.0.0.1:2"]}
        routes: [{to: web}]
        """);
    assertSame(before, web());
    hand(peer, "r3", upstream("127.0.0.1:3"));
    assertEquals("127.0.0.1:3", backend());
  }

  @Test
  void serversThatDisagreeAreBothToldAndTheAgentKeepsWhatItHas() {
    Peer one = up("one");
    Peer two = up("two");
    hand(one, "r1", upstream("127.0.0.1:1"));
    String refusal = hand(two, "r2", upstream("127.0.0.1:2"));
    assertTrue(refusal.startsWith("shop r2 false another server, one.example:8003,"), refusal);
    await().atMost(Duration.ofSeconds(10)).until(() -> one.answers().size() == 2);
    assertTrue(one.last().startsWith("shop r1 true another server, two.example:8003,"));
    assertEquals("127.0.0.1:1", backend());
    assertEquals(2, groups.status().size());

    // The first follows: nobody hands out r1 any more.
    assertEquals("shop r2 true ", hand(one, "r2", upstream("127.0.0.1:2")));
    await().atMost(Duration.ofSeconds(10)).until(() -> two.last().equals("shop r2 true "));
    assertEquals("127.0.0.1:2", backend());
  }

  @Test
  void serverThatIsGoneHasNoSayButWhatItHandedStaysUntilThereIsAnother() {
    Peer one = up("one");
    hand(one, "r1", upstream("127.0.0.1:1"));
    groups.onTunnelEnded(one);
    await().atMost(Duration.ofSeconds(10)).until(() -> groups.status().isEmpty());
    assertEquals("127.0.0.1:1", backend());
    assertEquals("shop r2 true ", hand(up("two"), "r2", upstream("127.0.0.1:2")));
    assertEquals("127.0.0.1:2", backend());
  }

  @Test
  void documentThatWaitedForAServerToGoIsServedThen() {
    Peer one = up("one");
    Peer second = up("one");
    Peer two = up("two");
    hand(one, "r1", upstream("127.0.0.1:1"));
    hand(two, "r2", upstream("127.0.0.1:2"));
    groups.onTunnelEnded(one);
    assertEquals("shop r1 true ", hand(second, "r1", upstream("127.0.0.1:1")).substring(0, 13));
    assertEquals("127.0.0.1:1", backend());
    groups.onTunnelEnded(second);
    await().atMost(Duration.ofSeconds(10)).until(() -> two.last().equals("shop r2 true "));
    assertEquals("127.0.0.1:2", backend());
  }

  /** Its descriptors, and the backends' connections, are its owner's. */
  @Test
  void documentThatWouldKeepTooManyConnectionsIsRefusedAndWhatWasServedStays() {
    Peer peer = up("a");
    hand(peer, "r1", upstream("127.0.0.1:1"));
    String heavy = upstream("127.0.0.1:2").replace("}]", ", connections: {min: 1000, max: 1000}}]");
    String heavier = heavy.replace("[{", "[{name: more, backends: [\"127.0.0.1:3\"]}, {");
    String answer = hand(peer, "r2", heavier + "routes: [{to: web}]\n");
    assertTrue(answer.startsWith("shop r2 false all that servers hand out would"), answer);
    assertEquals("127.0.0.1:1", backend());
  }

  @Test
  void withdrawnConfigurationIsServedNoMore() {
    Peer peer = up("a");
    hand(peer, "r1", upstream("127.0.0.1:1"));
    assertEquals("shop none true ", hand(peer, "none", ""));
    assertNull(web());
    assertEquals(List.of(), groups.status());
  }

  @Test
  void withdrawalByOneOfTwoServersThatAgreedTakesNothingAway() {
    Peer one = up("one");
    Peer two = up("two");
    hand(one, "r1", upstream("127.0.0.1:1"));
    hand(two, "r1", upstream("127.0.0.1:1"));
    hand(one, "none", "");
    assertEquals("127.0.0.1:1", backend());
  }

  @Test
  void ownUpstreamThatTakesEverythingIsMentioned() throws IOException {
    groups.close();
    Peer first = new Peer("x");
    HandedConfig own = read("version: 1\nupstreams: [{name: mine, backends: [\"127.0.0.1:9\"]}]\n");
    ServedUpstreams withOwn =
        new ServedUpstreams(
            new RoutedUpstreams(
                AgentRoutes.of(own.upstreams(), own.routes()),
                new UpstreamTable(own.upstreams(), loops, WINDOWS)));
    groups =
        new HandedGroups(
            ConfigSyncMode.ACCEPT,
            new AllowList(List.of(AllowList.Pattern.parse("127.0.0.1:*"))),
            withOwn,
            new HealthChecks(loops),
            loops,
            WINDOWS);
    groups.onTunnelUp(first);
    String answer = hand(first, "r1", upstream("127.0.0.1:1"));
    assertTrue(answer.startsWith("shop r1 true but no call comes to it"), answer);
  }

  private static HandedConfig read(String document) {
    try {
      return new HandedConfigReader(
              ConfigSyncMode.ACCEPT, new AllowList(List.of(AllowList.Pattern.parse("127.0.0.1:*"))))
          .read(SHOP, document);
    } catch (HandedConfig.Refused e) {
      throw new AssertionError(e);
    }
  }

  /** A server that floods is answered for its last word, and holds no memory of ours. */
  @Test
  void floodOfDocumentsEndsWithTheLastOne() {
    Peer peer = up("a");
    for (int i = 1; i <= 10_000; i++) {
      groups.onDocument(peer, SHOP, "r" + i, upstream("127.0.0.1:" + (1 + i % 60_000)));
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> !peer.answers().isEmpty() && peer.last().equals("shop r10000 true "));
    assertEquals("127.0.0.1:10001", backend());
  }
}
