package dev.adit.agent.doctor;

import dev.adit.agent.config.AgentConfig;
import dev.adit.agent.config.ProxyConfig;
import dev.adit.agent.doctor.steps.ConnectionSteps;
import dev.adit.agent.doctor.steps.Peer;
import dev.adit.agent.doctor.steps.ProxySteps;
import dev.adit.agent.doctor.steps.Step;
import dev.adit.agent.doctor.steps.StepException;
import dev.adit.agent.doctor.steps.SteppedDial;
import dev.adit.agent.doctor.steps.Trouble;
import dev.adit.agent.tunnel.TunnelPlan;
import dev.adit.agent.tunnel.TunnelProbe;
import dev.adit.core.config.HostPort;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The way to one server, from its name to a heartbeat. Used by one thread, which waits. */
final class ServerExamination {
  private final AgentConfig config;
  private final TunnelPlan plan;
  private final HostPort server;
  private final Consumer<Finding> findings;

  ServerExamination(
      AgentConfig config, TunnelPlan plan, HostPort server, Consumer<Finding> findings) {
    this.config = config;
    this.plan = plan;
    this.server = server;
    this.findings = findings;
  }

  /** Goes through all steps for each address. */
  void run() {
    List<SocketAddress> addresses;
    StepLog steps = new StepLog(server.toString(), wayIsProxied(), plan.tls() != null, findings);
    try {
      addresses = TunnelProbe.resolve(plan, server);
    } catch (UnknownHostException e) {
      steps.failed(Step.DNS, unknownHost());
      steps.skipRest();
      return;
    }
    steps.ok(Step.DNS, wayIsProxied() ? "resolved by the proxy" : texts(addresses));
    for (SocketAddress address : addresses) {
      StepLog each = steps.forAddress(addresses.size() == 1 ? "" : " at " + text(address));
      run(address, each);
      each.skipRest();
    }
  }

  private boolean wayIsProxied() {
    ProxyConfig proxy = config.proxy();
    return proxy != null && !proxy.isBypassedBy(server.host());
  }

  private Trouble unknownHost() {
    ProxyConfig proxy = config.proxy();
    String host = proxy != null && wayIsProxied() ? proxy.address().host() : server.host();
    return new Trouble(
        "no address for the name " + host,
        wayIsProxied()
            ? "mend the proxy's name in agent.yaml or HTTPS_PROXY, or this host's DNS"
            : "mend the name in servers of agent.yaml, or this host's DNS (getent hosts "
                + host
                + ")");
  }

  private static String texts(List<SocketAddress> addresses) {
    return addresses.stream().map(ServerExamination::text).collect(Collectors.joining(", "));
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? NetUtil.toAddressString(inet.getAddress())
        : address.toString();
  }

  private void run(SocketAddress address, StepLog steps) {
    try (SteppedDial dial = connect(address, steps)) {
      if (dial == null
          || !new ConnectionSteps(peer(), plan.tls()).run(dial, () -> reconnect(address), steps)) {
        return;
      }
    }
    probe(address, steps);
  }

  private Peer peer() {
    String name = config.tls().serverName();
    return new Peer(
        "the server",
        "tunnel-server",
        name == null ? server.host() : name,
        server.port(),
        config.tls().ca(),
        "tls",
        config.tls().cert() != null);
  }

  private @Nullable SteppedDial connect(SocketAddress address, StepLog steps) {
    try {
      SteppedDial dial = dial(address);
      steps.ok(wayIsProxied() ? Step.PROXY : Step.TCP, "connected");
      return dial;
    } catch (ProxySteps.Refused e) {
      steps.failed(Step.PROXY, e.trouble());
    } catch (StepException e) {
      steps.failed(Step.TCP, peer().notConnected(e, server.toString()));
    }
    return null;
  }

  private SteppedDial reconnect(SocketAddress address) throws StepException {
    try {
      return dial(address);
    } catch (ProxySteps.Refused e) {
      throw new StepException(StepException.Kind.OTHER, e.trouble().found());
    }
  }

  private SteppedDial dial(SocketAddress address) throws StepException, ProxySteps.Refused {
    ProxyConfig proxy = config.proxy();
    if (address instanceof InetSocketAddress inet) {
      return SteppedDial.connect(plan.loops(), inet);
    }
    if (proxy == null) {
      throw new IllegalStateException("a proxied address without a proxy: " + address);
    }
    try {
      InetAddress host = InetAddress.getByName(proxy.address().host());
      return new ProxySteps(proxy, plan.loops())
          .connect(new InetSocketAddress(host, proxy.address().port()), server);
    } catch (UnknownHostException e) {
      throw new StepException(StepException.Kind.OTHER, "the proxy's name has no address");
    }
  }

  private void probe(SocketAddress address, StepLog steps) {
    @Nullable String token = null;
    if (config.token() != null) {
      try {
        token = config.token().read();
      } catch (IOException e) {
        steps.failed(
            Step.TOKEN,
            new Trouble(
                "the token cannot be read: " + e.getMessage(),
                "put the token that tunnel-server token new has printed where token of agent.yaml"
                    + " says"));
        return;
      }
    }
    TunnelProbe.Answer answer = TunnelProbe.dial(plan, server, address, token).join();
    new Verdict(config, answer).tell(steps);
  }
}
