package dev.adit.core.trace;

import io.netty.util.AsciiString;

/** One hop of one call that is traced. Confined to the call's loop. */
public interface Span {
  /** Which side of a call a span tells of. */
  enum Kind {
    /** It was called. */
    SERVER,
    /** It calls. */
    CLIENT
  }

  /** The longest name and the longest value of an attribute, in characters; the rest is cut. */
  int MAX_CHARS = 256;

  /** Says something of it. */
  void set(String key, String value);

  /** Says a number of it. */
  void set(String key, long value);

  /**
   * Something happened now.
   *
   * @param reason why
   */
  void event(String name, String reason);

  /** It did not go well. */
  void fail(String reason);

  /** A span under this one, which begins now. */
  Span child(String name, Kind kind);

  /** What tells the next hop which span it is under. */
  AsciiString traceparent();

  /** It is over now. Once. */
  void end();
}
