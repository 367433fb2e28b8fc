package dev.adit.conformance.fault.count;

import dev.adit.core.config.HostPort;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** Names several servers as a service's DNS name would: {@code several:///HOST:PORT,HOST:PORT}. */
public final class SeveralServers extends NameResolverProvider {
  private static final String SCHEME = "several";

  private SeveralServers() {}

  /** A stock client's channel that takes turns among servers, in clear text. */
  public static ManagedChannel channel(List<String> servers) {
    NameResolverRegistry.getDefaultRegistry().register(new SeveralServers());
    return NettyChannelBuilder.forTarget(SCHEME + ":///" + String.join(",", servers))
        .defaultLoadBalancingPolicy("round_robin")
        .usePlaintext()
        .build();
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    List<EquivalentAddressGroup> servers =
        List.of(target.getPath().substring(1).split(",", -1)).stream()
            .map(HostPort::parse)
            .map(server -> new InetSocketAddress(server.host(), server.port()))
            .map(EquivalentAddressGroup::new)
            .toList();
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return "test.example";
      }

      @Override
      public void start(Listener2 listener) {
        listener.onResult(
            ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(servers)).build());
      }

      @Override
      public void shutdown() {}
    };
  }
}
