package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.proto.v1.ConfigResult;
import dev.adit.proto.v1.ConfigSync;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.server.registry.HandedConfig;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a session is handed of its groups' configuration, and when. */
final class ConfigHandoutTest {
  private final TunnelBench bench = new TunnelBench();
  private final FakeCall call = new FakeCall();
  private final AcceptedTunnel tunnel = bench.accept(call);

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private void join(AcceptedTunnel on) {
    bench.receive(on, TunnelBench.hello("edge-1", "run"));
  }

  private void answer(AcceptedTunnel on, String document, boolean accepted, String message) {
    bench.receive(on, result(document, accepted, message));
  }

  private static Frame.Builder result(String document, boolean accepted, String message) {
    return Frame.newBuilder()
        .setConfigResult(
            ConfigResult.newBuilder()
                .setGroup("shop")
                .setRevision("hash-of-" + document)
                .setAccepted(accepted)
                .setMessage(message));
  }

  private static List<String> documents(FakeCall on) {
    return on.sent().stream()
        .filter(Frame::hasConfigSync)
        .map(Frame::getConfigSync)
        .map(ConfigSync::getDocument)
        .toList();
  }

  private @Nullable HandedConfig handed() {
    return bench.registry().snapshot().sessions().get(0).handed().get(TunnelBench.SHOP);
  }

  private HandedConfig.State state() {
    HandedConfig handed = handed();
    assertNotNull(handed);
    return handed.state();
  }

  @Test
  void sessionIsHandedItsGroupsConfigurationOnceOnOneTunnel() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    FakeCall second = new FakeCall();
    join(bench.accept(second));
    assertEquals(List.of("one"), documents(call));
    assertEquals(List.of(), documents(second));
    assertEquals(HandedConfig.State.SENT, state());
    answer(tunnel, "one", true, "");
    assertEquals(HandedConfig.State.ACCEPTED, state());
    bench.configure(TunnelBench.SHOP, "one");
    assertEquals(List.of("one"), documents(call));
  }

  @Test
  void sessionOfAGroupWithoutConfigurationIsHandedNothing() {
    join(tunnel);
    bench.configure(TunnelBench.SHOP, "");
    assertEquals(List.of(), documents(call));
  }

  @Test
  void changeIsHandedOutWhenWhatCameBeforeIsAnswered() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    bench.configure(TunnelBench.SHOP, "two");
    bench.configure(TunnelBench.SHOP, "three");
    assertEquals(List.of("one"), documents(call));
    answer(tunnel, "one", true, "");
    assertEquals(List.of("one", "three"), documents(call));
  }

  /** The newest is chosen, and may drain before its loop comes to send: nothing was sent then. */
  @Test
  void changeGoesOutOnAnotherTunnelWhereTheChosenOneDrainsMeanwhile() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    AcceptedTunnel newest = bench.accept(new FakeCall());
    join(newest);
    bench.configure(TunnelBench.SHOP, "two");
    tunnel.onMessage(
        Unpooled.wrappedBuffer(
            TunnelMessage.newBuilder().addFrames(result("one", true, "")).build().toByteArray()));
    bench.receive(newest, Frame.newBuilder().setDrain(Drain.newBuilder().setReason("renewal")));
    assertEquals(List.of("one", "two"), documents(call));
  }

  @Test
  void refusalIsKeptInTheAgentsWordsMadePrintable() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    answer(tunnel, "one", false, "no\u001b[31m way");
    HandedConfig handed = handed();
    assertNotNull(handed);
    assertEquals(HandedConfig.State.REFUSED, handed.state());
    assertEquals("no?[31m way", handed.message());
    // The agent may think better of it, when another server agrees.
    answer(tunnel, "one", true, "");
    assertEquals(HandedConfig.State.ACCEPTED, state());
  }

  @Test
  void answerToWhatWasNeverSentIsIgnored() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    answer(tunnel, "other", true, "");
    assertEquals(HandedConfig.State.SENT, state());
  }

  @Test
  void whatEndsWithItsTunnelGoesOutOnAnother() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    FakeCall second = new FakeCall();
    AcceptedTunnel other = bench.accept(second);
    join(other);
    tunnel.onCancel();
    bench.hand().run();
    assertEquals(List.of("one"), documents(second));
    answer(other, "one", true, "");
    assertEquals(HandedConfig.State.ACCEPTED, state());
  }

  /** Nobody knows whether it arrived, so the group's having none has to be said. */
  @Test
  void withdrawalAfterALostDocumentIsSaid() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    FakeCall second = new FakeCall();
    join(bench.accept(second));
    bench.configure(TunnelBench.SHOP, "");
    tunnel.onCancel();
    bench.hand().run();
    assertEquals(List.of(""), documents(second));
  }

  @Test
  void answeredDocumentStaysWithTheSessionWhenItsTunnelEnds() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    FakeCall second = new FakeCall();
    join(bench.accept(second));
    answer(tunnel, "one", true, "");
    tunnel.onCancel();
    bench.hand().run();
    assertEquals(List.of(), documents(second));
  }

  /** An agent ends a tunnel that brings a document for a group which its welcome does not name. */
  @Test
  void documentOfAnAddedGroupGoesOutOnlyWhereTheWelcomeNamesIt() {
    bench.configure(TunnelBench.MORE, "one");
    join(tunnel);
    FakeCall second = new FakeCall();
    AcceptedTunnel wide = bench.accept(second, Set.of(TunnelBench.SHOP, TunnelBench.MORE));
    join(wide);
    assertEquals(List.of("one"), documents(second));
    bench.configure(TunnelBench.SHOP, "of shop");
    assertEquals(List.of("one", "of shop"), documents(second));
    wide.onCancel();
    bench.hand().run();
    assertEquals(List.of("of shop"), documents(call));
    FakeCall third = new FakeCall();
    join(bench.accept(third, Set.of(TunnelBench.SHOP, TunnelBench.MORE)));
    assertEquals(List.of("one"), documents(third), "what was lost");
  }

  @Test
  void withdrawnConfigurationIsSaidOnceAndForgotten() {
    bench.configure(TunnelBench.SHOP, "one");
    join(tunnel);
    answer(tunnel, "one", true, "");
    bench.configure(TunnelBench.SHOP, "");
    assertEquals(List.of("one", ""), documents(call));
    bench.receive(
        tunnel,
        Frame.newBuilder()
            .setConfigResult(
                ConfigResult.newBuilder().setGroup("shop").setRevision("none").setAccepted(true)));
    assertTrue(bench.registry().snapshot().sessions().get(0).handed().isEmpty());
    bench.configure(TunnelBench.SHOP, "");
    assertEquals(List.of("one", ""), documents(call));
  }

  @Test
  void answerBeforeHelloIsAViolation() {
    answer(tunnel, "one", true, "");
    assertNotNull(call.status());
  }
}
