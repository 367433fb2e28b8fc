package dev.adit.agent.backend.connection;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Resolves names with the JDK's resolver, which blocks, on a thread of its own so that no event
 * loop waits for DNS.
 */
final class OffLoopResolver extends AddressResolverGroup<InetSocketAddress> {
  static final OffLoopResolver GROUP = new OffLoopResolver();

  private final ExecutorService thread =
      Executors.newCachedThreadPool(new DefaultThreadFactory("resolver", true));

  private OffLoopResolver() {}

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new NameResolver(executor).asAddressResolver();
  }

  private final class NameResolver extends InetNameResolver {
    NameResolver(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> promise) {
      thread.execute(
          () -> {
            try {
              promise.setSuccess(InetAddress.getByName(host));
            } catch (UnknownHostException e) {
              promise.setFailure(e);
            }
          });
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      thread.execute(
          () -> {
            try {
              promise.setSuccess(List.of(InetAddress.getAllByName(host)));
            } catch (UnknownHostException e) {
              promise.setFailure(e);
            }
          });
    }
  }
}
