package dev.adit.core.wire.protobuf;

/** How a field's value is encoded, and the tag that says so. */
public final class WireType {
  public static final int VARINT = 0;
  public static final int FIXED64 = 1;
  public static final int LENGTH_DELIMITED = 2;
  public static final int FIXED32 = 5;

  private WireType() {}

  /** What stands before a field's value. */
  public static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }
}
