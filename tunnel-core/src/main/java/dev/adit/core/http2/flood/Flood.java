package dev.adit.core.http2.flood;

/** A limit that a peer may pass, for which its connection is ended or refused. */
public enum Flood {
  SETTINGS("settings"),
  PINGS("pings"),
  ACKNOWLEDGEMENTS("acknowledgements"),
  GO_AWAYS("goAways"),
  UNKNOWN_FRAMES("unknownFrames"),
  EMPTY_DATA("emptyData"),
  CONTINUATIONS("continuations"),
  MAX_HEADER_BYTES("maxHeaderBytes"),
  PRIORITIES("priorities"),
  WINDOW_UPDATES("windowUpdates"),
  RESETS("resets"),
  FORCED_RESETS("forcedResets"),
  QUICK_RESETS("quickResets"),
  NEW_STREAMS("newStreams"),
  GREETING_TIMEOUT("greetingTimeout"),
  HEADER_TIMEOUT("headerTimeout"),
  WAITING_CONNECTIONS("waitingConnections"),
  MAX_CONNECTIONS("maxConnections"),
  MAX_CONNECTIONS_PER_ADDRESS("maxConnectionsPerAddress");

  private final String text;

  Flood(String text) {
    this.text = text;
  }

  /** The limit's name in documents, metrics and configuration. */
  public String text() {
    return text;
  }

  /**
   * What a peer is told that has passed it. At these very words for PINGs clients of gRPC double
   * the time between theirs (gRFC A8).
   */
  public String told() {
    return this == PINGS ? "too_many_pings" : "limit " + text + " passed";
  }
}
