package dev.adit.server.entry.caller;

import dev.adit.core.call.CallException;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.peer.PeerNetwork;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.policy.auth.PresentedJwt;
import dev.adit.server.routing.Route;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of one connection. Confined to its loop. */
public final class ConnectionCaller {

  // deps
  private final CallerCheck check;
  private final PeerNetwork network;

  // state, confined to the loop
  private boolean certificateRead;
  private @Nullable CallerIdentity certificate;

  /**
   * @param remote the caller's address
   */
  public ConnectionCaller(CallerCheck check, SocketAddress remote) {
    this.check = check;
    network = PeerNetwork.of(remote);
  }

  /**
   * Looks at the credential of one call.
   *
   * @throws CallException if the rule does not let it in, whatever a signature says
   */
  public Credential credential(Route route, HeaderFields fields) throws CallException {
    return CallerCheck.credential(route, fields);
  }

  /**
   * Has the signature of a credential checked that needs it.
   *
   * @param credential not to be used until it is done
   * @param done called on the loop, later
   * @throws CallException if it cannot be checked now; {@code done} is not called then
   */
  public void check(Credential credential, EventLoop loop, Runnable done) throws CallException {
    @Nullable PresentedJwt jwt = credential.jwt();
    if (jwt == null) {
      throw new IllegalArgumentException("nothing to check");
    }
    check.check(jwt, network, loop.ticker().nanoTime(), loop, done);
  }

  /**
   * What the caller of one call is called, by its token, else by its certificate; null if neither
   * names it.
   *
   * @param session of the finished TLS handshake; null: clear text, or not needed any more
   * @throws CallException if the rule does not let it in
   */
  public @Nullable CallerIdentity identity(Credential credential, @Nullable SSLSession session)
      throws CallException {
    @Nullable CallerIdentity byToken = check.identity(credential);
    return byToken == null ? byCertificate(session) : byToken;
  }

  /** Whether the TLS session need not be asked any more. */
  public boolean knowsCertificate() {
    return certificateRead;
  }

  private @Nullable CallerIdentity byCertificate(@Nullable SSLSession session) {
    if (!certificateRead) {
      certificateRead = true;
      certificate = session == null ? null : ClientCertificate.identity(session);
    }
    return certificate;
  }
}
