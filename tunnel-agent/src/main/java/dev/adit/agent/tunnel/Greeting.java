package dev.adit.agent.tunnel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.adit.core.flow.WindowSizes;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelSettings;
import dev.adit.core.tunnel.TunnelTransport;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.TunnelMessage;
import dev.adit.proto.v1.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.regex.Pattern;

/** The two messages before a tunnel stream exists: our hello and the server's answer. */
final class Greeting {
  private static final Pattern SERVER_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int MAX_GROUPS = 1000;
  private static final int MAX_WINDOW = 64 << 20;

  /** A server must not choose how often we wake up. */
  private static final int MIN_HEARTBEAT_MILLIS = 10;

  private Greeting() {}

  static void send(TunnelTransport transport, Frame frame) {
    byte[] bytes = TunnelMessage.newBuilder().addFrames(frame).build().toByteArray();
    transport.send(Unpooled.wrappedBuffer(bytes));
  }

  /**
   * What a tunnel runs by after this welcome.
   *
   * @throws IllegalArgumentException if the welcome is not as docs/protocol.md has it
   */
  static TunnelSettings settings(TunnelPlan plan, Welcome welcome) {
    if (!SERVER_ID.matcher(welcome.getServerId()).matches()) {
      throw new IllegalArgumentException("the server id is not 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    int minor = welcome.getProtocolMinor();
    if (plan.frames().agreedMinor(minor) != minor) {
      throw new IllegalArgumentException(
          "minor version "
              + Integer.toUnsignedString(minor)
              + "; we speak up to "
              + plan.frames().protocolMinor());
    }
    if (welcome.getGroupsCount() > MAX_GROUPS) {
      throw new IllegalArgumentException("more than " + MAX_GROUPS + " groups");
    }
    welcome.getGroupsList().forEach(GroupName::new);
    int heartbeat = welcome.getHeartbeatMs();
    if (heartbeat < MIN_HEARTBEAT_MILLIS) {
      throw new IllegalArgumentException(
          "a heartbeat each " + heartbeat + " ms; expected " + MIN_HEARTBEAT_MILLIS + " or more");
    }
    int initial = Math.min(welcome.getInitialWindow(), MAX_WINDOW);
    int callWindow = Math.max(initial, Math.min(welcome.getCallWindow(), MAX_WINDOW));
    return new TunnelSettings(
        plan.frames(),
        new WindowSizes(
            initial, callWindow, Math.max(callWindow, WindowSizes.DEFAULT.tunnelBudget())),
        plan.memory(),
        Duration.ofMillis(heartbeat),
        Duration.ofMillis(welcome.getDeadAfterMs()),
        plan.metrics().stalls());
  }

  /**
   * The first frame of the first message; an empty one if it does not parse.
   *
   * @param message borrowed
   */
  static Frame read(ByteBuf message) {
    try {
      TunnelMessage parsed = TunnelMessage.parseFrom(ByteBufUtil.getBytes(message));
      return parsed.getFramesCount() == 0 ? Frame.getDefaultInstance() : parsed.getFrames(0);
    } catch (InvalidProtocolBufferException e) {
      return Frame.getDefaultInstance();
    }
  }
}
