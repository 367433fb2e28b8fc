package dev.adit.conformance.operators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.admin.AdminClient;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stock gRPC clients learn on the admin port of a server. */
final class AdminGrpcTest {
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: shop, hosts: [shop.example, "*.shop.example"], to: shop}
      - {name: both, hosts: both.example, to: engine, fallback: shop}
      - {name: engine, hosts: engine.example, to: engine}
      """;
  private final RawBackend backend = RawBackend.start(RawStream::nextHead);
  private final AgentPlan agent = AgentPlan.of("agent-1", "shop", backend.hostAndPort());
  private LocalSite site;
  private ManagedChannel channel;
  private HealthGrpc.HealthBlockingStub health;

  AdminGrpcTest() throws IOException {}

  @BeforeEach
  void start() throws Exception {
    site = LocalSite.startServer(SitePlan.of(RULES, agent));
    channel = NettyChannelBuilder.forTarget(site.admin()).usePlaintext().build();
    health = HealthGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() throws IOException {
    channel.shutdownNow();
    site.close();
    backend.close();
  }

  private static HealthCheckRequest request(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  private ServingStatus check(String service) {
    return health.check(request(service)).getStatus();
  }

  private List<ServingStatus> watch(String service) {
    List<ServingStatus> told = new CopyOnWriteArrayList<>();
    HealthGrpc.newStub(channel)
        .watch(
            request(service),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                told.add(response.getStatus());
              }

              @Override
              public void onError(Throwable failure) {
                // The test is over.
              }

              @Override
              public void onCompleted() {
                told.add(ServingStatus.UNRECOGNIZED);
              }
            });
    return told;
  }

  private void awaitServing(String service, ServingStatus status) {
    Eventually.holds(service + " " + status, () -> check(service) == status);
  }

  @Test
  void groupAndItsHostsServeWhileItHasAnAgent() throws Exception {
    List<String> shop =
        List.of(
            "group/shop",
            "host/shop.example",
            "host/SHOP.example",
            "host/a.b.shop.example",
            "host/*.shop.example",
            "host/both.example");
    shop.forEach(each -> assertEquals(ServingStatus.NOT_SERVING, check(each), each));
    site.startAgent(agent);
    shop.forEach(each -> awaitServing(each, ServingStatus.SERVING));
    assertEquals(ServingStatus.NOT_SERVING, check("group/engine"));
    assertEquals(ServingStatus.NOT_SERVING, check("host/engine.example"));
    assertEquals(ServingStatus.SERVING, check(""));
    site.stopAgent("agent-1");
    shop.forEach(each -> awaitServing(each, ServingStatus.NOT_SERVING));
    assertEquals(ServingStatus.SERVING, check(""));
  }

  @Test
  void whatRulesDoNotNameIsNotFound() {
    for (String each :
        List.of("group/other", "group/", "group/a b", "host/other.example", "host/", "shop")) {
      StatusRuntimeException failure =
          assertThrows(StatusRuntimeException.class, () -> check(each), each);
      assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode(), each);
    }
  }

  @Test
  void watchTellsEachChangeOnceAndDoesNotEnd() throws Exception {
    List<ServingStatus> told = watch("group/shop");
    Eventually.holds("the first", () -> told.size() == 1);
    site.startAgent(agent);
    Eventually.holds("the agent", () -> told.size() == 2);
    site.stopAgent("agent-1");
    Eventually.holds("it has gone", () -> told.size() == 3);
    assertEquals(
        List.of(ServingStatus.NOT_SERVING, ServingStatus.SERVING, ServingStatus.NOT_SERVING), told);
  }

  @Test
  void watchOfWhatIsNotThereYetWaitsForTheRuleThatNamesIt() throws Exception {
    List<ServingStatus> told = watch("group/later");
    Eventually.holds("unknown", () -> told.equals(List.of(ServingStatus.SERVICE_UNKNOWN)));
    site.replaceRules("version: 1\nrules:\n- {name: all, to: later}\n");
    Eventually.holds("known", () -> told.size() == 2);
    assertEquals(ServingStatus.NOT_SERVING, told.get(1));
    assertEquals(ServingStatus.NOT_SERVING, check("host/any.example"));
  }

  @Test
  void drainingServerServesNothing() throws Exception {
    site.startAgent(agent);
    awaitServing("group/shop", ServingStatus.SERVING);
    List<ServingStatus> told = watch("");
    Eventually.holds("serving", () -> told.size() == 1);
    site.server().drain();
    assertEquals(ServingStatus.NOT_SERVING, check(""));
    assertEquals(ServingStatus.NOT_SERVING, check("group/shop"));
    assertEquals(ServingStatus.NOT_SERVING, check("host/shop.example"));
    Eventually.holds("told", () -> told.size() == 2);
    assertEquals(List.of(ServingStatus.SERVING, ServingStatus.NOT_SERVING), told);
  }

  @Test
  void servicesAreFoundByReflection() {
    List<String> names = new CopyOnWriteArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    response.getListServicesResponse().getServiceList().stream()
                        .map(ServiceResponse::getName)
                        .forEach(names::add);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    failures.add(failure);
                  }

                  @Override
                  public void onCompleted() {
                    names.add("end");
                  }
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    requests.onCompleted();
    Eventually.holds("the end", () -> names.contains("end") || !failures.isEmpty());
    assertEquals(List.of(), failures);
    assertTrue(
        names.containsAll(
            List.of(
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.channelz.v1.Channelz")),
        names::toString);
  }

  @Test
  void channelzShowsTheServersOfThisProcess() {
    var servers =
        ChannelzGrpc.newBlockingStub(channel).getServers(GetServersRequest.getDefaultInstance());
    assertTrue(servers.getServerCount() >= 2, servers::toString);
  }

  @Test
  void httpIsAnsweredOnTheSamePort() throws IOException {
    assertEquals(ServingStatus.SERVING, check(""));
    assertEquals("ok\n", new AdminClient(site.admin(), null).get("/healthz"));
  }
}
