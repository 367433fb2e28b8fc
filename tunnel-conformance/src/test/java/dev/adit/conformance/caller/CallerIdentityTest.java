package dev.adit.conformance.caller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.token.Token;
import dev.adit.testing.jwt.TestIssuer;
import dev.adit.testing.tls.TestCertificate;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What backends are told of who calls, and that callers cannot say it themselves. */
@Timeout(60)
final class CallerIdentityTest {
  private static final String HEADER = "x-adit-identity";
  private static final String RETRIED_AND_COPIED =
      "\n  mirror: {group: shadow}"
          + "\n  retry: {retryableStatusCodes: [UNAVAILABLE], initialBackoff: 1ms}";
  private static final Metadata.Key<String> REASON = key("x-tunnel-reason");

  @TempDir private Path directory = Path.of("");

  private final HeadBackend shop = new HeadBackend();
  private final HeadBackend shadow = new HeadBackend();
  private final Token token = Token.newToken();
  private TestIssuer issuer = TestIssuer.ec("first");
  private Path keys = Path.of("");

  CallerIdentityTest() throws IOException {}

  @BeforeEach
  void writeKeys() throws IOException {
    keys = directory.resolve("keys.json");
    Files.writeString(keys, issuer.jwks());
  }

  @AfterEach
  void closeBackends() {
    shop.close();
    shadow.close();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private String rules(String more) {
    return """
    version: 1
    rules:
    - name: open
      matches: [{headers: [{name: x-open, present: true}]}]
      to: shop
      requestHeaders: {add: {x-adit-identity: jwt:rule}}
    - name: trusted
      matches: [{headers: [{name: x-adit-identity, present: true}]}]
      to: nobody
    - name: all
      to: shop%s
      auth:
        bearer: [{sha256: %s, name: build server}]
        jwt: {jwksFile: %s, issuer: i, audience: shop}
    """
        .formatted(more, token.hash().hex(), keys);
  }

  private LocalSite start(String more, String entry) throws Exception {
    return LocalSite.start(
        SitePlan.of(
                rules(more),
                AgentPlan.of("a", "shop", shop.hostAndPort()),
                AgentPlan.of("b", "shadow", shadow.hostAndPort()))
            .withEntryOptions("identityHeader: " + HEADER + entry)
            .withAccessLog());
  }

  /** A connection of its own for each call, as most floods would be. */
  private static Status call(NettyChannelBuilder builder, @Nullable String bearer, String... fields)
      throws Exception {
    Metadata metadata = new Metadata();
    if (bearer != null) {
      metadata.put(key("authorization"), "Bearer " + bearer);
    }
    for (int i = 0; i < fields.length; i += 2) {
      metadata.put(key(fields[i]), fields[i + 1]);
    }
    ManagedChannel channel = builder.build();
    try {
      ClientCalls.blockingUnaryCall(
          io.grpc.ClientInterceptors.intercept(
              channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
          HeadBackend.METHOD,
          CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
          new byte[3]);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      String reason = Objects.requireNonNull(e.getTrailers()).get(REASON);
      return e.getStatus().withDescription(reason + ": " + e.getStatus().getDescription());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static Status call(LocalSite site, @Nullable String bearer, String... fields)
      throws Exception {
    return call(NettyChannelBuilder.forAddress(site.entry()).usePlaintext(), bearer, fields);
  }

  private static void assertOk(Status status) {
    assertEquals(Status.OK, status);
  }

  /** All fields of a call that a backend could take for who calls. */
  private static List<String> identities(Metadata head) {
    List<String> found = new ArrayList<>();
    for (String name : head.keys()) {
      if (name.replaceAll("[^a-z0-9]", "-").equals(HEADER)) {
        head.getAll(key(name)).forEach(value -> found.add(name + "=" + value));
      }
    }
    return found;
  }

  private static List<String> lastIdentities(HeadBackend backend) {
    return identities(backend.heads().get(backend.heads().size() - 1));
  }

  private static final String[] FORGED = {
    HEADER, "jwt:root", HEADER, "token:root", "x_adit_identity", "jwt:root", "x.adit.identity", "r"
  };

  @Test
  void backendIsToldWhoCallsAndNothingThatACallerSays() throws Exception {
    try (LocalSite site = start("", "")) {
      assertOk(call(site, token.secret(), FORGED));
      assertEquals(List.of(HEADER + "=token:build%20server"), lastIdentities(shop));
      assertOk(call(site, issuer.tokenOf("al,ice\u00e9", "i", "shop"), FORGED));
      assertEquals(List.of(HEADER + "=jwt:al%2Cice%C3%A9"), lastIdentities(shop));
      String[] open = new String[FORGED.length + 2];
      System.arraycopy(FORGED, 0, open, 0, FORGED.length);
      open[FORGED.length] = "x-open";
      open[FORGED.length + 1] = "yes";
      assertOk(call(site, null, open));
      assertEquals(List.of(), lastIdentities(shop));
      assertEquals(3, shop.heads().size());
      Path log = site.agentsFile().resolveSibling("access.log");
      Eventually.holds(
          "it is in the access log",
          () -> Files.readString(log).contains("\"caller\":\"token:build%20server\",\"rule\""));
      assertTrue(!Files.readString(log).contains("root"), "and what was forged is not");
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  void callersWithoutAGoodTokenAreToldWhy() throws Exception {
    try (LocalSite site = start("", "")) {
      assertEquals("unauthenticated: a bearer token is needed", refusal(site, null));
      assertEquals(
          "forbidden: the bearer token is not one that this rule knows",
          refusal(site, Token.newToken().secret()));
      String expired = issuer.token("{\"iss\":\"i\",\"aud\":\"shop\",\"exp\":1700000000}");
      assertEquals("unauthenticated: the token has expired", refusal(site, expired));
      String forged = TestIssuer.ec("first").tokenOf("alice", "i", "shop");
      assertEquals("unauthenticated: the token's signature is wrong", refusal(site, forged));
      assertEquals(
          "forbidden: the token is for another audience than this rule's",
          refusal(site, issuer.tokenOf("alice", "i", "bank")));
      assertEquals(0, shop.heads().size());
    }
  }

  private static String refusal(LocalSite site, @Nullable String bearer) throws Exception {
    Status status = call(site, bearer);
    String reason = String.valueOf(status.getDescription());
    assertEquals(
        reason.startsWith("forbidden")
            ? Status.Code.PERMISSION_DENIED
            : Status.Code.UNAUTHENTICATED,
        status.getCode());
    return reason;
  }

  @Test
  void everyAttemptAndEveryCopyIsToldWhoCalls() throws Exception {
    try (LocalSite site = start(RETRIED_AND_COPIED, "")) {
      shop.failNext(Status.UNAVAILABLE);
      assertOk(call(site, token.secret(), FORGED));
      assertEquals(2, shop.heads().size());
      Eventually.holds("the copy is there", () -> !shadow.heads().isEmpty());
      List<Metadata> all = new ArrayList<>(shop.heads());
      all.addAll(shadow.heads());
      for (Metadata head : all) {
        assertEquals(List.of(HEADER + "=token:build%20server"), identities(head));
      }
    }
  }

  /**
   * The first agent has no upstream for it, so the call goes to the second, with the same words.
   */
  @Test
  void callThatIsPlacedAgainIsToldWhoCallsOnce() throws Exception {
    String elsewhere =
        """
        upstreams: [{name: all, backends: ["%s"]}]
        routes: [{matches: [{service: other.Service}], to: all}]
        """
            .formatted(shadow.hostAndPort());
    try (LocalSite site =
        LocalSite.start(
            SitePlan.of(
                    rules(""),
                    new AgentPlan("a", List.of("shop"), elsewhere),
                    AgentPlan.of("b", "shop", shop.hostAndPort()))
                .withEntryOptions("identityHeader: " + HEADER)
                .withAccessLog())) {
      Path log = site.agentsFile().resolveSibling("access.log");
      Eventually.holds(
          "a call was placed twice",
          () -> {
            assertOk(call(site, token.secret(), FORGED));
            return Files.readString(log).contains("\"attempts\":2");
          });
      assertEquals(0, shadow.heads().size());
      for (Metadata head : shop.heads()) {
        assertEquals(List.of(HEADER + "=token:build%20server"), identities(head));
      }
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  void certificateNamesTheCallerWhereNoTokenDoes() throws Exception {
    TestCertificate server = TestCertificate.make(directory, "server", "CN=s", "ip:127.0.0.1");
    TestCertificate caller =
        TestCertificate.make(directory, "caller", "CN=c", "dns:c.example,uri:spiffe://test/c");
    String tls =
        ", tls: {cert: %s, key: %s, clientCa: %s}"
            .formatted(server.file(), server.key(), caller.file());
    try (LocalSite site = start("", tls)) {
      assertOk(call(encrypted(site, server, caller), null, "x-open", "yes", HEADER, "jwt:root"));
      assertEquals(List.of(HEADER + "=cert:uri:spiffe://test/c"), lastIdentities(shop));
      assertOk(call(encrypted(site, server, caller), token.secret(), FORGED));
      assertEquals(List.of(HEADER + "=token:build%20server"), lastIdentities(shop));
    }
  }

  private static NettyChannelBuilder encrypted(
      LocalSite site, TestCertificate server, TestCertificate caller) throws IOException {
    return NettyChannelBuilder.forAddress(site.entry())
        .overrideAuthority("127.0.0.1")
        .sslContext(
            GrpcSslContexts.configure(SslContextBuilder.forClient())
                .trustManager(server.file().toFile())
                .keyManager(caller.file().toFile(), caller.key().toFile())
                .build());
  }

  @Test
  void newKeysComeIntoForceAndBrokenOnesKeepTheOld() throws Exception {
    try (LocalSite site = start("", "")) {
      String old = issuer.tokenOf("alice", "i", "shop");
      assertOk(call(site, old));
      Files.writeString(keys, "{\"keys\":[{\"kty\":\"EC\"}]}");
      Eventually.holds("it is told", () -> warnings(site).contains("keys[0] is broken"));
      assertOk(call(site, old));
      issuer = TestIssuer.ec("second");
      Files.writeString(keys, issuer.jwks());
      Eventually.holds(
          "the new one is in force", () -> call(site, issuer.tokenOf("bob", "i", "shop")).isOk());
      assertEquals("", warnings(site));
      assertEquals(
          "unauthenticated: the token is signed with a key that this rule does not know",
          refusal(site, old));
    }
  }

  private static String warnings(LocalSite site) {
    List<String> warnings = new ArrayList<>(site.server().status().warnings());
    warnings.removeIf(line -> !line.startsWith("rules refused"));
    return String.join("\n", warnings);
  }
}
