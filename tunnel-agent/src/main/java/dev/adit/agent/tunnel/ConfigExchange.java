package dev.adit.agent.tunnel;

import dev.adit.agent.sync.ConfigPeer;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelException;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.proto.v1.ConfigResult;
import dev.adit.proto.v1.ConfigSync;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Welcome;
import java.net.SocketAddress;

/** The documents that come through one tunnel, and the answers that go back. */
final class ConfigExchange implements ConfigPeer {
  private static final int MAX_REVISION_CHARS = 64;
  private static final int MAX_MESSAGE_CHARS = 1000;

  private final TunnelPlan plan;
  private final TunnelStream stream;
  private final Welcome welcome;
  private final String address;

  ConfigExchange(TunnelPlan plan, TunnelStream stream, Welcome welcome, SocketAddress address) {
    this.plan = plan;
    this.stream = stream;
    this.welcome = welcome;
    this.address = TunnelChannels.text(address);
  }

  @Override
  public String serverId() {
    return welcome.getServerId();
  }

  @Override
  public String address() {
    return address;
  }

  /**
   * A document has come. Called on the tunnel's loop.
   *
   * @throws TunnelException if it is for a group that this tunnel does not serve, has no fit
   *     revision, or comes faster than it can be read
   */
  void onConfigSync(ConfigSync sync) throws TunnelException {
    if (!welcome.getGroupsList().contains(sync.getGroup())) {
      throw new TunnelException("protocol", "configuration for a group that is not served here");
    }
    if (sync.getRevision().length() > MAX_REVISION_CHARS) {
      throw new TunnelException(
          "protocol", "a revision of more than " + MAX_REVISION_CHARS + " characters");
    }
    GroupName group = new GroupName(sync.getGroup());
    if (!plan.handed().onDocument(this, group, sync.getRevision(), sync.getDocument())) {
      throw new TunnelException("protocol", "configuration comes faster than it can be read");
    }
  }

  @Override
  public void answer(GroupName group, String revision, boolean accepted, String message) {
    String cut = message.substring(0, Math.min(message.length(), MAX_MESSAGE_CHARS));
    ConfigResult result =
        ConfigResult.newBuilder()
            .setGroup(group.value())
            .setRevision(revision)
            .setAccepted(accepted)
            .setMessage(cut)
            .build();
    TunnelDialer.run(
        stream.loop(), () -> stream.send(Frame.newBuilder().setConfigResult(result).build()));
  }
}
