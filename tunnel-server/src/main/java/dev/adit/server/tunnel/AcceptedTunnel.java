package dev.adit.server.tunnel;

import dev.adit.core.call.RequestSide;
import dev.adit.core.call.ResponseSide;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelListener;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.core.tunnel.grpc.ArrivingBytes;
import dev.adit.core.tunnel.grpc.MessageDemand;
import dev.adit.core.tunnel.grpc.ServerTransport;
import dev.adit.core.wire.RequestHead;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.Welcome;
import dev.adit.server.identity.Credential;
import dev.adit.server.registry.AgentSession;
import dev.adit.server.registry.Joined;
import io.grpc.ServerCall;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tunnel of one agent, from its first message to its end. Confined to the loop of its
 * connection.
 */
final class AcceptedTunnel extends ServerCall.Listener<ByteBuf> implements TunnelListener {
  private static final Logger log = LoggerFactory.getLogger(AcceptedTunnel.class);
  private static final int HELLO_WITHIN_SECONDS = 5;
  private static final int PROBE_SECONDS = 30;
  private static final int DRAINING_RETRY_MILLIS = 1000;
  private static final int SUPERSEDED_RETRY_MILLIS = 60_000;

  // deps
  private final TunnelGreeting greeting;
  private final SessionLog sessions;
  private final Credential credential;
  private final String address;
  private final ServerTransport transport;
  private final TunnelStream stream;
  private final EventLoop loop;
  private final StatusReports statuses;
  private final Consumer<AcceptedTunnel> onOver;
  private final Runnable onIdentitiesChanged;
  private final MessageDemand messages;

  // state, confined to the loop
  private @Nullable AgentSession session;

  private Set<GroupName> welcomedTo = Set.of();

  /** Those of them that its credential gives it still. */
  private Set<GroupName> serves = Set.of();

  private ScheduledFuture<?> timer;

  /** A hello has come, and is answered by welcome or refusal. */
  private boolean greeted;

  /** The agent asked for no groups in particular, so it serves all that its line has. */
  private boolean takesAll;

  /**
   * A tunnel whose credential is proven.
   *
   * @param credential proves at least one line of agents.yaml
   * @param address where the agent dialled from, for people
   * @param onOver told when it has ended
   */
  AcceptedTunnel(
      TunnelGreeting greeting,
      SessionLog sessions,
      Credential credential,
      String address,
      ServerCall<ByteBuf, ByteBuf> call,
      Consumer<AcceptedTunnel> onOver) {
    this.greeting = greeting;
    this.sessions = sessions;
    this.credential = credential;
    this.address = address;
    this.onOver = onOver;
    loop = greeting.currentLoop();
    transport = new ServerTransport(call);
    stream =
        new TunnelStream(
            TunnelStream.End.SERVER,
            loop,
            PooledByteBufAllocator.DEFAULT,
            transport,
            greeting.settings(),
            this);
    ArrivingBytes.tellTo(stream::onBytes);
    statuses = new StatusReports(loop.ticker());
    onIdentitiesChanged = () -> loop.execute(this::checkCredential);
    timer = loop.schedule(this::helloIsLate, HELLO_WITHIN_SECONDS, TimeUnit.SECONDS);
    messages = new MessageDemand(call::request);
    messages.begin();
  }

  private void helloIsLate() {
    stream.abort(new TunnelException("protocol", "no hello within " + HELLO_WITHIN_SECONDS + " s"));
  }

  @Override
  public void onMessage(ByteBuf message) {
    messages.onMessage();
    stream.onMessage(message);
  }

  @Override
  public void onReady() {
    stream.onReady();
  }

  /** The agent has sent all it ever will: it has no call left. */
  @Override
  public void onHalfClose() {
    transport.finish();
    stream.onClosed(new TunnelException("closed", "closed by the agent"));
  }

  /**
   * The connection ends for what the agent has sent, and nothing more of it is read. What was sent
   * may have been an Accepted: unlike one that was seen to end, it proves nothing of the calls.
   */
  void onFlood() {
    stream.abort(new TunnelException("protocol", "the connection passed a limit"));
  }

  @Override
  public void onCancel() {
    stream.onClosed(TunnelException.lost("the agent's connection ended"));
  }

  @Override
  public void onControl(Frame frame) throws TunnelException {
    switch (frame.getKindCase()) {
      case HELLO -> receiveHello(frame.getHello());
      case AGENT_STATUS ->
          greeting.registry().report(joined(frame), statuses.read(frame.getAgentStatus()));
      case CONFIG_RESULT -> greeting.configs().onResult(joined(frame), frame.getConfigResult());
      case KIND_NOT_SET -> {
        // A newer minor version's frame: ignored, as protocol.md 6 has it.
      }
      default -> throw new TunnelException("protocol", frame.getKindCase() + " from an agent");
    }
  }

  /** The session; only an agent that has joined one may send such a frame. */
  private AgentSession joined(Frame frame) throws TunnelException {
    AgentSession joined = session;
    if (joined == null) {
      throw new TunnelException("protocol", frame.getKindCase() + " before hello");
    }
    return joined;
  }

  private void receiveHello(Hello message) throws TunnelException {
    if (greeted) {
      throw new TunnelException("protocol", "a second hello");
    }
    greeted = true;
    timer.cancel(false);
    try {
      if (greeting.drain().inProgress()) {
        throw new AgentHello.Refused("draining", "this server is going away");
      }
      AgentHello hello = AgentHello.of(message, credential.lines());
      takesAll = message.getGroupsCount() == 0;
      if (hello.probe()) {
        welcome(hello);
        awaitEndOfProbe(hello);
      } else {
        join(hello);
      }
    } catch (AgentHello.Refused e) {
      refuse(e);
    }
  }

  /** Nothing is entered anywhere: it only wants to see heartbeats. */
  private void awaitEndOfProbe(AgentHello hello) {
    log.info("{} is asked for by a probe from {}", hello.id(), address);
    timer =
        loop.schedule(
            () -> stream.abort(new TunnelException("closed", "a probe that does not end")),
            PROBE_SECONDS,
            TimeUnit.SECONDS);
  }

  private void welcome(AgentHello hello) {
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setProtocolMinor(greeting.settings().frames().agreedMinor(hello.minor()))
            .setServerId(greeting.serverId())
            .setSoftwareVersion("adit/" + greeting.version())
            .setLoops(greeting.loops().size())
            .setLoop(greeting.loops().indexOf(loop))
            .setMaxCalls(hello.maxCalls(greeting.maxCallsPerAgent()))
            .setInitialWindow(greeting.settings().windows().initial())
            .setCallWindow(greeting.settings().windows().call())
            .setMaxHeaderBytes(greeting.maxHeaderBytes())
            .setHeartbeatMs((int) greeting.settings().heartbeat().toMillis())
            .setDeadAfterMs((int) greeting.settings().deadAfter().toMillis())
            .setRenewAfterMs(greeting.renewAfter().toMillis());
    hello.groups().stream().map(GroupName::value).forEach(welcome::addGroups);
    stream.send(Frame.newBuilder().setWelcome(welcome).build());
    stream.start();
  }

  private void join(AgentHello hello) throws AgentHello.Refused {
    AgentSession welcomed =
        new AgentSession(
            hello.id(),
            hello.instance(),
            hello.groups(),
            hello.exactness(),
            hello.maxCalls(greeting.maxCallsPerAgent()),
            hello.softwareVersion(),
            address,
            Instant.now());
    Joined result = greeting.registry().join(welcomed, stream);
    AgentSession joined = result.session();
    switch (result.outcome()) {
      case LATE ->
          throw new AgentHello.Refused(
              "superseded",
              "instance " + joined.instance() + " has just taken the place of " + welcomed);
      case OUTRANKED ->
          throw new AgentHello.Refused(
              "forbidden",
              "agent "
                  + joined.id()
                  + " is connected by a line of agents.yaml that names it more exactly");
      case MEMBER -> session = joined;
    }
    welcomedTo = hello.groups();
    serves = welcomedTo;
    // What others have begun to place here since comes to this loop, and so after the welcome.
    welcome(hello);
    sessions.onUp(joined);
    greeting.metrics().onUp();
    int on = greeting.loops().indexOf(loop);
    if (joined.tunnels().length == 1) {
      log.info("{} joined on loop {} from {} groups {}", joined, on, address, joined.groups());
    } else {
      log.debug("{} tunnel up on loop {} from {}", joined, on, address);
    }
    Joined.Ousted ousted = result.ousted();
    if (ousted != null) {
      Superseding.tell(ousted, joined, address, greeting.metrics());
    }
    credential.identities().watch(onIdentitiesChanged);
    checkCredential();
    greeting.configs().onJoined(joined, stream);
    if (greeting.drain().inProgress()) {
      // Begun since we looked: who tells the agents may not have seen this tunnel.
      stream.announceDrain("going-away", DRAINING_RETRY_MILLIS);
    }
  }

  /**
   * A credential that has been withdrawn ends the tunnels it has opened; of one that was narrowed
   * only the calls of the groups that are gone end. For one that was widened the agent dials anew,
   * and is welcomed to all that it may serve.
   */
  private void checkCredential() {
    AgentSession joined = session;
    if (joined == null || stream.isClosed()) {
      return;
    }
    Set<GroupName> allowed = AgentHello.allowed(joined.id(), credential.lines());
    Set<GroupName> left = new LinkedHashSet<>(welcomedTo);
    left.retainAll(allowed);
    if (left.isEmpty()) {
      sessions.onWithdrawn(joined, serves);
      stream.abort(new TunnelException("forbidden", "the credential was withdrawn"));
      return;
    }
    greeting.registry().rank(joined, stream, AgentHello.exactness(joined.id(), credential.lines()));
    if (!left.equals(serves)) {
      serve(joined, left);
    }
    if (takesAll && greeting.registry().makesWay(joined, stream, allowed)) {
      log.info("{} may serve {} now: one of its tunnels is renewed", joined, allowed);
      stream.drain("renewal", 0);
    }
  }

  private void serve(AgentSession joined, Set<GroupName> groups) {
    Set<GroupName> withdrawn = new LinkedHashSet<>(welcomedTo);
    withdrawn.removeAll(groups);
    if (!withdrawn.isEmpty()) {
      sessions.onWithdrawn(joined, withdrawn);
    }
    serves = groups;
    // First, so that no call comes for those that end here.
    greeting.registry().welcome(joined, stream, groups);
    stream.withhold(
        withdrawn.stream().map(each -> new AsciiString(each.value())).collect(Collectors.toSet()));
    // Of a group that is back it may have missed a change.
    greeting.configs().onJoined(joined, stream);
  }

  private void refuse(AgentHello.Refused refused) {
    log.warn("refused a tunnel from {}: {} ({})", address, refused.text(), refused.reason());
    greeting.metrics().onRefused(refused.reason());
    if (refused.reason().equals("forbidden")) {
      greeting.registry().refused().add(address, refused.text() + " (forbidden)");
    }
    Refusal.Builder refusal =
        Refusal.newBuilder().setReason(refused.reason()).setMessage(refused.text());
    switch (refused.reason()) {
      case "draining" -> refusal.setRetryAfterMs(DRAINING_RETRY_MILLIS);
      case "superseded" -> refusal.setRetryAfterMs(SUPERSEDED_RETRY_MILLIS);
      default -> {
        // Only a person can mend it.
      }
    }
    stream.send(Frame.newBuilder().setRefusal(refusal).build());
    stream.afterFlush(
        () -> {
          transport.end(refused.status());
          stream.onClosed(new TunnelException("refused", refused.text()));
        });
  }

  @Override
  public RequestSide onCall(RequestHead head, boolean last, ResponseSide response)
      throws TunnelException {
    throw new TunnelException("protocol", "an agent opened a call");
  }

  @Override
  public void onCallEnded() {
    AgentSession joined = session;
    if (joined != null) {
      joined.end();
    }
  }

  @Override
  public void onDrain(Drain drain) {
    AgentSession joined = session;
    if (joined != null) {
      greeting.registry().leave(joined, stream);
      sessions.onDrain(joined, drain.getReason());
    }
  }

  @Override
  public void onQuiet(boolean quiet) {
    AgentSession joined = session;
    if (joined != null) {
      greeting.registry().onQuiet(joined);
      sessions.onQuiet(joined, quiet);
    }
  }

  @Override
  public void onClosed(TunnelException cause) {
    timer.cancel(false);
    onOver.accept(this);
    credential.identities().unwatch(onIdentitiesChanged);
    AgentSession joined = session;
    if (joined == null) {
      // Also a probe, or one that was refused: these have been told of.
      if (!greeted) {
        log.info(
            "a tunnel from {} ended before its hello: {} ({})",
            address,
            cause.getMessage(),
            cause.reason());
      }
      return;
    }
    greeting.metrics().onEnded(cause.reason());
    greeting.registry().leave(joined, stream);
    greeting.configs().onClosed(joined, stream);
    sessions.onEnded(joined, cause);
  }
}
