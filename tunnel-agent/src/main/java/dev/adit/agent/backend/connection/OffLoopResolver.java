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
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves names with the JDK's resolver, which blocks, on a thread of its own so that no event
 * loop waits for DNS.
 */
final class OffLoopResolver extends AddressResolverGroup<InetSocketAddress> {
  private static final Logger log = LoggerFactory.getLogger(OffLoopResolver.class);

  static final OffLoopResolver GROUP = new OffLoopResolver();

  private final Executor threads;

  private OffLoopResolver() {
    this(Executors.newCachedThreadPool(new DefaultThreadFactory("resolver", true)));
  }

  /**
   * @param threads one for each name that is looked up
   */
  OffLoopResolver(Executor threads) {
    this.threads = threads;
  }

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
      answer(promise, () -> InetAddress.getByName(host));
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      answer(promise, () -> List.of(InetAddress.getAllByName(host)));
    }

    private <T> void answer(Promise<T> promise, Lookup<T> lookup) {
      try {
        threads.execute(() -> look(promise, lookup));
      } catch (OutOfMemoryError e) {
        // What the JVM says where no thread can be had: a call that waits for the name must end.
        promise.setFailure(new UnknownHostException("no thread to look the name up"));
      }
    }

    private <T> void look(Promise<T> promise, Lookup<T> lookup) {
      try {
        T found = lookup.look();
        tell(() -> promise.setSuccess(found));
      } catch (UnknownHostException e) {
        tell(() -> promise.setFailure(e));
      }
    }

    private void tell(Runnable answer) {
      try {
        executor().execute(answer);
      } catch (RejectedExecutionException e) {
        log.trace("nobody waits for a name any more: the loop has ended", e);
      }
    }
  }

  /** One question to the JDK's resolver. */
  private interface Lookup<T> {
    T look() throws UnknownHostException;
  }
}
