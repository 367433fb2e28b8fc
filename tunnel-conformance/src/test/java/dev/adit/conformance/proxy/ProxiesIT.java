package dev.adit.conformance.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.tools.Tool;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The samples of deploy/proxies as they stand: stock callers and an agent on the far side of a real
 * nginx and a real HAProxy.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProxiesIT {
  private static final int SECONDS = 20;
  private static final Metadata.Key<String> GROUP = key("x-group");
  private static final Pattern MODULES = Pattern.compile("--modules-path=(\\S+)");

  /** How an agent reaches the server, and a caller the entry. */
  enum Way {
    NGINX("nginx.conf 443", "nginx.conf 443", "program nginx"),
    NGINX_TCP("nginx-tcp.conf 8443", "nginx.conf 443", "nginx with its module for streams"),
    HAPROXY("haproxy.cfg 443", "haproxy.cfg 443", "program haproxy"),
    HAPROXY_TCP("haproxy.cfg 8443", "haproxy.cfg 443", "program haproxy");

    private final String agents;
    private final String callers;
    private final String needs;

    Way(String agents, String callers, String needs) {
      this.agents = agents;
      this.callers = callers;
      this.needs = needs;
    }

    String group() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @TempDir static Path directory = Path.of("");

  private final Map<Way, ManagedChannel> channels = new EnumMap<>(Way.class);
  private StockBackend backend;
  private ProxiedSite site;

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  @BeforeAll
  void start() throws Exception {
    backend = new StockBackend();
    List<String> groups = Stream.of(Way.values()).map(Way::group).toList();
    site = ProxiedSite.start(directory, groups, backend.hostAndPort());
    Optional<Tool.Run> nginx = Tool.run(directory, SECONDS, List.of("nginx", "-V"));
    if (nginx.isPresent()) {
      site.startNginx("nginx.conf");
      startAgent(Way.NGINX);
      Matcher modules = MODULES.matcher(nginx.get().output());
      if (modules.find()
          && Files.exists(Path.of(modules.group(1)).resolve("ngx_stream_module.so"))) {
        site.startNginx("nginx-tcp.conf");
        startAgent(Way.NGINX_TCP);
      }
    }
    if (Tool.run(directory, SECONDS, List.of("haproxy", "-v")).isPresent()) {
      site.startHaproxy();
      startAgent(Way.HAPROXY);
      startAgent(Way.HAPROXY_TCP);
    }
  }

  private void startAgent(Way way) throws Exception {
    site.startAgent(way.group(), site.port(way.agents));
    channels.put(
        way,
        Grpc.newChannelBuilderForAddress(
                "localhost",
                site.port(way.callers),
                TlsChannelCredentials.newBuilder().trustManager(site.authority()).build())
            .build());
  }

  @AfterAll
  void stop() {
    channels.values().forEach(ManagedChannel::shutdownNow);
    if (site != null) {
      site.close();
    }
    backend.close();
  }

  /** For callers whose calls go to the agent of this way; skips the test where there is none. */
  private Channel channel(Way way) {
    Tool.need(channels.containsKey(way), way.needs);
    Metadata head = new Metadata();
    head.put(GROUP, way.group());
    return ClientInterceptors.intercept(
        Objects.requireNonNull(channels.get(way)), MetadataUtils.newAttachHeadersInterceptor(head));
  }

  private static CallOptions soon() {
    return CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void callAndItsTrailersPass(Way way) throws Exception {
    AtomicReference<@Nullable Metadata> trailers = new AtomicReference<>();
    Channel channel =
        ClientInterceptors.intercept(
            channel(way),
            MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
    byte[] answer =
        ClientCalls.blockingUnaryCall(channel, StockBackend.ECHO, soon(), bytes("hello"));
    assertArrayEquals(bytes("hello"), answer);
    assertEquals(
        "from the backend", Objects.requireNonNull(trailers.get()).get(StockBackend.TRAILER));
    Metadata head = backend.head();
    // The caller, as the proxy says, and the proxy, as the server says.
    assertEquals("https, http", head.get(key("x-forwarded-proto")));
    assertEquals("127.0.0.1, 127.0.0.1", head.get(key("x-forwarded-for")));
  }

  /** To a proxy all that an agent answers is one request body, which ends with the tunnel. */
  @ParameterizedTest
  @EnumSource
  void moreBytesPassThanProxiesLetThroughUnasked(Way way) throws Exception {
    Iterator<byte[]> answers =
        ClientCalls.blockingServerStreamingCall(
            channel(way), StockBackend.LIST, soon(), bytes("all"));
    int bytes = 0;
    while (answers.hasNext()) {
      bytes += answers.next().length;
    }
    assertEquals(StockBackend.MESSAGES * StockBackend.MESSAGE_BYTES, bytes);
  }

  /** And no message waits for the next one, in either direction. */
  @ParameterizedTest
  @EnumSource
  void talkPassesMessageByMessage(Way way) throws Exception {
    BlockingClientCall<byte[], byte[]> talk =
        ClientCalls.blockingBidiStreamingCall(channel(way), StockBackend.TALK, soon());
    for (int i = 0; i < StockBackend.MESSAGES; i++) {
      assertTrue(talk.write(new byte[StockBackend.MESSAGE_BYTES]));
      assertEquals(StockBackend.MESSAGE_BYTES, Objects.requireNonNull(talk.read()).length);
    }
    talk.halfClose();
    assertNull(talk.read());
  }

  @ParameterizedTest
  @EnumSource
  void failuresPassAsTheyAre(Way way) throws Exception {
    StatusRuntimeException failure = failure(channel(way), StockBackend.FAIL);
    assertEquals(StockBackend.FAILURE.getCode(), failure.getStatus().getCode());
    assertEquals(StockBackend.FAILURE.getDescription(), failure.getStatus().getDescription());
    assertEquals(
        "from the backend",
        Objects.requireNonNull(failure.getTrailers()).get(StockBackend.TRAILER));

    StatusRuntimeException own =
        failure(
            channel(way),
            StockBackend.FAIL.toBuilder().setFullMethodName("stock.Unknown/Method").build());
    assertEquals(Status.Code.UNIMPLEMENTED, own.getStatus().getCode());
    assertEquals("no-rule", Objects.requireNonNull(own.getTrailers()).get(key("x-tunnel-reason")));
  }

  private static StatusRuntimeException failure(
      Channel channel, MethodDescriptor<byte[], byte[]> method) {
    return assertThrows(
        StatusRuntimeException.class,
        () -> ClientCalls.blockingUnaryCall(channel, method, soon(), bytes("x")));
  }

  @ParameterizedTest
  @EnumSource
  void cancellationReachesTheBackend(Way way) throws Exception {
    ClientCall<byte[], byte[]> call = channel(way).newCall(StockBackend.WAIT, soon());
    var answer = ClientCalls.futureUnaryCall(call, bytes("x"));
    Eventually.holds("the backend has the call", () -> backend.waiting() == 1);
    answer.cancel(true);
    Eventually.holds("the backend's call is over", () -> backend.waiting() == 0);
  }
}
