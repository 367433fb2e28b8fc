package dev.adit.server.tunnel;

import dev.adit.core.name.AddressText;
import dev.adit.core.peer.PeerNetwork;
import dev.adit.core.tls.CertificateNames;
import dev.adit.core.token.BearerField;
import dev.adit.core.token.TokenHash;
import dev.adit.core.tunnel.grpc.ProxyMethod;
import dev.adit.proto.v1.TunnelServiceGrpc;
import dev.adit.server.identity.AgentIdentities;
import dev.adit.server.identity.Credential;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code tunnel.v1.TunnelService}: checks the credential before any message is read, then lets the
 * tunnel begin.
 */
public final class TunnelService implements ServerCallHandler<ByteBuf, ByteBuf> {
  private static final Logger log = LoggerFactory.getLogger(TunnelService.class);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_WHY_CHARS = 256;

  private final TunnelGreeting greeting;
  private final AgentIdentities identities;
  private final WrongCredentials wrong = new WrongCredentials();
  private final SessionLog sessions;

  // shared: those that have not ended, by the other end of their connection; all of one connection
  // come and go on its loop
  private final Map<SocketAddress, Set<AcceptedTunnel>> tunnels = new ConcurrentHashMap<>();

  /**
   * A service without tunnels yet.
   *
   * @param sessions is told of all of them
   */
  public TunnelService(TunnelGreeting greeting, AgentIdentities identities, SessionLog sessions) {
    this.greeting = greeting;
    this.identities = identities;
    this.sessions = sessions;
  }

  /** The service as gRPC wants it. */
  public ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(TunnelServiceGrpc.SERVICE_NAME)
        .addMethod(ProxyMethod.DESCRIPTOR, this)
        .build();
  }

  @Override
  public ServerCall.Listener<ByteBuf> startCall(
      ServerCall<ByteBuf, ByteBuf> call, Metadata headers) {
    SocketAddress from = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    String address = from == null ? "unknown" : AddressText.of(from);
    @Nullable String token = BearerField.token(headers.get(AUTHORIZATION));
    Credential credential =
        new Credential(
            token == null ? null : TokenHash.of(token), certificateNames(call), identities);
    if (credential.lines().isEmpty()) {
      String why = ForeignText.printable(credential.complaint(), MAX_WHY_CHARS);
      return refuse(call, PeerNetwork.of(from), address, why);
    }
    AcceptedTunnel tunnel =
        new AcceptedTunnel(
            greeting, sessions, credential, address, call, over -> forget(from, over));
    if (from != null) {
      tunnels.computeIfAbsent(from, connection -> ConcurrentHashMap.newKeySet(1)).add(tunnel);
    }
    return tunnel;
  }

  private void forget(@Nullable SocketAddress from, AcceptedTunnel tunnel) {
    if (from == null) {
      return;
    }
    tunnels.computeIfPresent(
        from,
        (same, left) -> {
          left.remove(tunnel);
          return left.isEmpty() ? null : left;
        });
  }

  /**
   * Who hears of a limit that a connection has passed, and is ended for: first its tunnels, then
   * another.
   *
   * @param next told on the connection's loop, as this is
   */
  public <L> BiConsumer<L, SocketAddress> floods(BiConsumer<L, SocketAddress> next) {
    return (limit, from) -> {
      // One that is gone has no address where the JDK's own channels are used.
      if (from != null) {
        List.copyOf(tunnels.getOrDefault(from, Set.of())).forEach(AcceptedTunnel::onFlood);
      }
      next.accept(limit, from);
    };
  }

  /** What the agent's certificate, which the handshake has verified, names it. */
  private static List<String> certificateNames(ServerCall<ByteBuf, ByteBuf> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return List.of();
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? CertificateNames.all(certificate)
          : List.of();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  private ServerCall.Listener<ByteBuf> refuse(
      ServerCall<ByteBuf, ByteBuf> call, PeerNetwork from, String address, String why) {
    EventLoop loop = greeting.currentLoop();
    long delay = wrong.delayMillis(from, loop.ticker().nanoTime());
    if (wrong.isTold(from)) {
      log.warn("refused a tunnel from {}: {} (unauthenticated), in {} ms", address, why, delay);
    }
    greeting.registry().refused().add(address, why + " (unauthenticated)");
    greeting.metrics().onRefused("unauthenticated");
    loop.schedule(
        () -> call.close(Status.UNAUTHENTICATED.withDescription(why), new Metadata()),
        delay,
        TimeUnit.MILLISECONDS);
    // Whatever it sends until then is let go of, for gRPC would keep it.
    call.request(Integer.MAX_VALUE);
    return new Refused();
  }

  private static final class Refused extends ServerCall.Listener<ByteBuf> {
    @Override
    public void onMessage(ByteBuf message) {
      message.release();
    }
  }
}
