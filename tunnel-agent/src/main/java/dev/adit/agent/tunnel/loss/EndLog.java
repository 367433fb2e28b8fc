package dev.adit.agent.tunnel.loss;

import dev.adit.core.name.AgentId;
import io.grpc.Status;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of the ends of one address's tunnels and dials: each loss, each refusal with its cure, the
 * first of several failures in a row, and what cuts have in common. Confined to the dialer's loop.
 */
public final class EndLog {
  private static final Logger log = LoggerFactory.getLogger(EndLog.class);
  private static final int MAX_CHARS = 200;

  // deps
  private final AgentId agent;
  private final String address;
  private final EndCause causes;
  private final Ticker ticker;
  private final CutPattern cuts = new CutPattern();

  // state, confined to the loop
  private boolean complained;
  private boolean superseded;

  /** Why the last tunnel or dial has ended. */
  private String problem = "";

  /**
   * For the tunnels to one address.
   *
   * @param address for people
   * @param causes says why they have ended
   */
  public EndLog(AgentId agent, String address, EndCause causes, Ticker ticker) {
    this.agent = agent;
    this.address = address;
    this.causes = causes;
    this.ticker = ticker;
  }

  /** A tunnel is up: the next failure is news again. */
  public void onUp() {
    complained = false;
    superseded = false;
  }

  /**
   * A tunnel or a dial has ended that should not.
   *
   * @param age how long the tunnel was up; null: it never was
   * @param sentBytes what this side had sent on it
   * @param delayMillis until the next dial
   */
  public void onEnd(@Nullable Duration age, long sentBytes, Status status, long delayMillis) {
    String text = causes.text(status, age != null);
    String more =
        age == null && EndCause.isOfConnection(status) ? "; tunnel-agent doctor says more" : "";
    problem = text + more;
    long seconds = TimeUnit.MILLISECONDS.toSeconds(delayMillis);
    switch (status.getCode()) {
      case UNAUTHENTICATED ->
          log.error(
              "{} refuses our credential ({}): put a token into the agent's token file whose hash is in the server's agents.yaml, or show a certificate whose name is there; dialling again in {} s",
              address,
              text,
              seconds);
      case PERMISSION_DENIED, INVALID_ARGUMENT ->
          log.error(
              "{} refuses agent {}: {}; dialling again in {} s", address, agent, text, seconds);
      case UNIMPLEMENTED ->
          log.error(
              "{} speaks another version of the tunnel protocol: {}; dialling again in {} s",
              address,
              text,
              seconds);
      default -> {
        if (age != null || !complained) {
          log.warn(
              "{} tunnel {}: {}; dialling again in {} ms{}",
              address,
              age == null ? "not up" : "lost",
              text,
              delayMillis,
              more);
        }
      }
    }
    complained = age == null;
    if (age != null) {
      noteCut(age, sentBytes);
    }
  }

  /**
   * Another process took our place: told at the first tunnel that it has ended, and again once we
   * have been up.
   *
   * @param other its name, as the server has it
   */
  public void onSuperseded(String other) {
    problem = "superseded: another process runs with this agent id; give each its own";
    if (superseded) {
      return;
    }
    superseded = true;
    log.error(
        "{} is superseded at {} by {}: another process runs with this agent id; give each its own",
        agent,
        address,
        printable(other, "another instance"));
  }

  /** Why there is no tunnel, while there is none; empty: none has ended yet. */
  public String problem() {
    return problem;
  }

  private void noteCut(Duration age, long sentBytes) {
    String common = cuts.add(age, sentBytes, ticker.nanoTime());
    if (common != null) {
      log.warn(
          "{} tunnels are cut {} each time: most likely a proxy on the way has that limit; which setting it is says docs/behind-proxies.md",
          address,
          common);
    }
  }

  /** Text of others on one line, cut to a length. */
  public static String printable(@Nullable String text, String otherwise) {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    String cut = text.substring(0, Math.min(text.length(), MAX_CHARS));
    return cut.replaceAll("\\s+", " ").replaceAll("[^ -~]", "?");
  }
}
