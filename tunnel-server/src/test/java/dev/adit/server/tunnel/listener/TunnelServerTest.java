package dev.adit.server.tunnel.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.core.process.EventLoops;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.tunnel.grpc.ProxyMethod;
import dev.adit.core.tunnel.grpc.WakeThreshold;
import dev.adit.testing.tls.TestCertificate;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of a stock client, as they reach the service. */
final class TunnelServerTest {
  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(Duration.ofSeconds(5), 10, 10, FloodLimits.DEFAULT);

  @Test
  void connectionInClearTextCanSpareWakes() throws Exception {
    assertEquals(Epoll.isAvailable(), callHasThreshold(null, InsecureChannelCredentials.create()));
  }

  @Test
  void encryptedConnectionCanSpareWakes(@TempDir Path directory) throws Exception {
    TestCertificate own = TestCertificate.make(directory, "own", "CN=own", "dns:localhost");
    SslContext tls =
        TlsContexts.server(TlsIdentity.read(own.file(), own.key()), null, ClientAuth.NONE);
    ChannelCredentials trust =
        TlsChannelCredentials.newBuilder().trustManager(own.file().toFile()).build();
    assertEquals(Epoll.isAvailable(), callHasThreshold(tls, trust));
  }

  private static boolean callHasThreshold(@Nullable SslContext tls, ChannelCredentials client)
      throws Exception {
    CompletableFuture<Boolean> threshold = new CompletableFuture<>();
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(ProxyMethod.DESCRIPTOR.getServiceName())
            .addMethod(
                ProxyMethod.DESCRIPTOR,
                (call, headers) -> {
                  threshold.complete(WakeThreshold.of(call) != null);
                  call.close(Status.OK, new Metadata());
                  return new ServerCall.Listener<>() {};
                })
            .build();
    EventLoops loops = EventLoops.start(1, "test");
    TunnelServer server =
        TunnelServer.start(
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            tls,
            LIMITS,
            (limit, from) -> {},
            new HandshakeWatch(cause -> {}),
            loops,
            service);
    int port = server.addresses().get(0).getPort();
    ManagedChannel channel = Grpc.newChannelBuilder("localhost:" + port, client).build();
    try {
      CompletableFuture<Status> end = new CompletableFuture<>();
      ClientCall<ByteBuf, ByteBuf> call =
          channel.newCall(ProxyMethod.DESCRIPTOR, CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              end.complete(status);
            }
          },
          new Metadata());
      Status status = end.get(10, TimeUnit.SECONDS);
      assertTrue(status.isOk(), status.toString());
      return threshold.get(10, TimeUnit.SECONDS);
    } finally {
      channel.shutdownNow();
      server.close();
      loops.close();
    }
  }
}
