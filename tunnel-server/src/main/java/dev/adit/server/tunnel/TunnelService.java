package dev.adit.server.tunnel;

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
import java.util.concurrent.TimeUnit;
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
  private static final String BEARER = "Bearer ";

  private final TunnelGreeting greeting;
  private final AgentIdentities identities;
  private final WrongCredentials wrong = new WrongCredentials();

  public TunnelService(TunnelGreeting greeting, AgentIdentities identities) {
    this.greeting = greeting;
    this.identities = identities;
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
    String address =
        String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
            .replaceFirst("^[^/]*/", "");
    String authorization = headers.get(AUTHORIZATION);
    if (authorization == null || !authorization.startsWith(BEARER)) {
      return refuse(call, address, "no bearer token");
    }
    TokenHash token = TokenHash.of(authorization.substring(BEARER.length()));
    Credential credential = new Credential(token, identities);
    if (credential.lines().isEmpty()) {
      return refuse(call, address, "unknown token");
    }
    return new AcceptedTunnel(greeting, credential, address, call);
  }

  private ServerCall.Listener<ByteBuf> refuse(
      ServerCall<ByteBuf, ByteBuf> call, String address, String why) {
    EventLoop loop = greeting.currentLoop();
    String host = address.replaceFirst(":\\d+$", "");
    long delay = wrong.delayMillis(host, loop.ticker().nanoTime());
    log.warn("refused a tunnel from {}: {} (unauthenticated), in {} ms", address, why, delay);
    greeting.onRefused().accept("unauthenticated");
    loop.schedule(
        () -> call.close(Status.UNAUTHENTICATED.withDescription(why), new Metadata()),
        delay,
        TimeUnit.MILLISECONDS);
    return new ServerCall.Listener<>() {};
  }
}
