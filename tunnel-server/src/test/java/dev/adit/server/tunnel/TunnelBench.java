package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.drain.Drain;
import dev.adit.core.name.GroupName;
import dev.adit.core.token.TokenHash;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.server.config.agents.AgentIdPattern;
import dev.adit.server.config.agents.AgentIdentity;
import dev.adit.server.identity.AgentIdentities;
import dev.adit.server.identity.Credential;
import dev.adit.server.metrics.TunnelMetrics;
import dev.adit.server.policy.GroupConfig;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tunnels of a server on a loop that is moved by hand. */
final class TunnelBench {
  static final GroupName SHOP = new GroupName("shop");
  static final GroupName MORE = new GroupName("more");

  private final HandLoop hand = new HandLoop();
  private final AgentRegistry registry = new AgentRegistry();
  private final Map<GroupName, GroupConfig> configs = new HashMap<>();
  private final Drain drain = new Drain();
  private Runnable onJoin = () -> {};
  private final ConfigHandout handout =
      new ConfigHandout(
          registry,
          () -> {
            onJoin.run();
            return configs;
          });
  private final TunnelGreeting greeting =
      new TunnelGreeting(
          "server-1",
          "1.0",
          List.of(hand.loop()),
          registry,
          handout,
          drain,
          TunnelPair.SMALL,
          Duration.ofMinutes(30),
          100,
          4096,
          new TunnelMetrics(new PrometheusRegistry()));
  private final TokenHash token = TokenHash.of("secret of the edge");
  private final SessionLog sessions = new SessionLog();
  private final List<AcceptedTunnel> accepted = new ArrayList<>();

  HandLoop hand() {
    return hand;
  }

  AgentRegistry registry() {
    return registry;
  }

  SessionLog sessions() {
    return sessions;
  }

  Drain drain() {
    return drain;
  }

  /** What happens while a tunnel joins. */
  void onJoin(Runnable task) {
    onJoin = task;
  }

  /** Configures what agents of a group are handed, or that it is nothing. */
  void configure(GroupName group, String document) {
    if (document.isEmpty()) {
      configs.remove(group);
    } else {
      configs.put(
          group,
          new GroupConfig(
              group, "rules.yaml:1", List.of(), List.of(), document, "hash-of-" + document));
    }
    handout.onChanged();
    hand.run();
  }

  AcceptedTunnel accept(FakeCall on) {
    return accept(on, Set.of(SHOP));
  }

  /** A tunnel of an agent whose line has these groups now. */
  AcceptedTunnel accept(FakeCall on, Set<GroupName> groups) {
    return accept(on, "edge-*", groups);
  }

  /** A tunnel of an agent whose line is for these agents. */
  AcceptedTunnel accept(FakeCall on, String id, Set<GroupName> groups) {
    AgentIdentity line = new AgentIdentity(new AgentIdPattern(id), groups, List.of(token), null);
    Credential credential = new Credential(token, List.of(), new AgentIdentities(List.of(line)));
    AcceptedTunnel made =
        new AcceptedTunnel(greeting, sessions, credential, "192.0.2.1:5", on, over -> {});
    accepted.add(made);
    return made;
  }

  /** A service that knows agents {@code edge-*} of {@link #SHOP}. */
  TunnelService service() {
    AgentIdentity line =
        new AgentIdentity(new AgentIdPattern("edge-*"), Set.of(SHOP), List.of(token), null);
    return new TunnelService(greeting, new AgentIdentities(List.of(line)), sessions);
  }

  /** The head of a dial with this token. */
  static Metadata bearing(String token) {
    Metadata head = new Metadata();
    head.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return head;
  }

  void receive(ServerCall.Listener<ByteBuf> at, Frame.Builder frame) {
    at.onMessage(
        Unpooled.wrappedBuffer(TunnelMessage.newBuilder().addFrames(frame).build().toByteArray()));
    hand.run();
  }

  static Frame.Builder hello(String id, String instance) {
    return Frame.newBuilder()
        .setHello(Hello.newBuilder().setAgentId(id).setInstanceId(instance).setCapacity(7));
  }

  /** Ends every tunnel, and looks that nothing is left. */
  void close() {
    accepted.forEach(AcceptedTunnel::onCancel);
    hand.run();
    assertTrue(registry.snapshot().sessions().isEmpty());
    assertTrue(!hand.hasTimers());
  }
}
