package dev.adit.conformance.peer;

import java.util.List;

/** What a peer did on one stream. */
public sealed interface StreamEvent {
  /** Whether nothing follows. */
  boolean last();

  /** HEADERS: a head, or trailers. */
  record Head(List<Field> fields, boolean last) implements StreamEvent {}

  /** DATA without its padding. */
  @SuppressWarnings("ArrayRecordComponent") // made to be looked into, not compared
  record Data(byte[] bytes, boolean last) implements StreamEvent {}

  /** RST_STREAM. */
  record Reset(int code) implements StreamEvent {
    @Override
    public boolean last() {
      return true;
    }
  }

  /** The connection ended. */
  record Lost(String why) implements StreamEvent {
    @Override
    public boolean last() {
      return true;
    }
  }
}
