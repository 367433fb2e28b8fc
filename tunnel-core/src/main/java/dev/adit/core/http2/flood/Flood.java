package dev.adit.core.http2.flood;

/** A limit that a peer may pass, for which its connection is ended or refused. */
public enum Flood {
  SETTINGS("settings", "SETTINGS frames"),
  PINGS("pings", "PING frames"),
  UNKNOWN_FRAMES("unknownFrames", "frames of unknown types"),
  PRIORITIES("priorities", "PRIORITY frames"),
  WINDOW_UPDATES("windowUpdates", "WINDOW_UPDATE frames"),
  RESETS("resets", "RST_STREAM frames for streams that are over"),
  FORCED_RESETS("forcedResets", "streams that had to be reset"),
  QUICK_RESETS("quickResets", "streams that were reset right after they were opened"),
  GREETING_TIMEOUT("greetingTimeout", "seconds before the first SETTINGS"),
  MAX_CONNECTIONS("maxConnections", "connections"),
  MAX_CONNECTIONS_PER_ADDRESS("maxConnectionsPerAddress", "connections from one address");

  private final String text;
  private final String what;

  Flood(String text, String what) {
    this.text = text;
    this.what = what;
  }

  /** The limit's name in documents, metrics and configuration. */
  public String text() {
    return text;
  }

  /** What there is too much of, for the peer. */
  String what() {
    return what;
  }
}
