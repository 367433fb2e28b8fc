package dev.adit.agent.backend.connection;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Names of backends, looked up beside the loops. */
final class OffLoopResolverTest {
  private static final int WAIT_SECONDS = 30;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterEach
  void endLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private Future<InetSocketAddress> resolve(String host) {
    return OffLoopResolver.GROUP
        .getResolver(loops.next())
        .resolve(InetSocketAddress.createUnresolved(host, 50051));
  }

  @Test
  void answersComeOnTheLoop() throws Exception {
    List<Boolean> onLoop = new CopyOnWriteArrayList<>();
    CountDownLatch told = new CountDownLatch(1);
    Future<InetSocketAddress> found = resolve("localhost");
    found.addListener(
        answer -> {
          onLoop.add(loops.next().inEventLoop());
          told.countDown();
        });
    assertTrue(told.await(WAIT_SECONDS, TimeUnit.SECONDS));
    assertEquals(50051, found.getNow().getPort());
    assertTrue(found.getNow().getAddress().isLoopbackAddress());
    assertEquals(List.of(true), onLoop);
  }

  @Test
  void allAddressesOfAName() throws Exception {
    Future<List<InetSocketAddress>> found =
        OffLoopResolver.GROUP
            .getResolver(loops.next())
            .resolveAll(InetSocketAddress.createUnresolved("localhost", 50051));
    assertTrue(found.await(WAIT_SECONDS, TimeUnit.SECONDS));
    assertTrue(found.getNow().size() > 0);
  }

  @Test
  void nameWithoutAnAddressFails() throws Exception {
    Future<InetSocketAddress> found = resolve("nobody.invalid");
    assertTrue(found.await(WAIT_SECONDS, TimeUnit.SECONDS));
    assertInstanceOf(UnknownHostException.class, found.cause());
  }

  /** The error went up to the tunnel that the call came on, and ended it. */
  @Test
  void nameForWhichNoThreadCanBeHadFails() throws Exception {
    OffLoopResolver threadless =
        new OffLoopResolver(
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    Future<InetSocketAddress> found =
        threadless
            .getResolver(loops.next())
            .resolve(InetSocketAddress.createUnresolved("localhost", 50051));
    assertTrue(found.await(WAIT_SECONDS, TimeUnit.SECONDS));
    assertInstanceOf(UnknownHostException.class, found.cause());
    threadless.close();
  }

  /** An agent that ends while it looks a name up says nothing of it. */
  @Test
  void answerThatComesAfterTheEndIsDropped() {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Logger netty = Logger.getLogger(DefaultPromise.class.getName() + ".rejectedExecution");
    StreamHandler ear = new StreamHandler(said, new SimpleFormatter());
    netty.addHandler(ear);
    try {
      var resolver = OffLoopResolver.GROUP.getResolver(loops.next());
      endLoops();
      Future<InetSocketAddress> found =
          resolver.resolve(InetSocketAddress.createUnresolved("localhost", 50051));
      await().until(OffLoopResolverTest::nobodyLooksUp);
      ear.flush();
      assertEquals("", said.toString(StandardCharsets.UTF_8));
      assertFalse(found.isDone(), "an answer without a loop");
    } finally {
      netty.removeHandler(ear);
    }
  }

  private static boolean nobodyLooksUp() {
    List<Thread> resolvers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("resolver"))
            .toList();
    return !resolvers.isEmpty()
        && resolvers.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
  }
}
