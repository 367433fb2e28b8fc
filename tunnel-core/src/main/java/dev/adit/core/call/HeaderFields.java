package dev.adit.core.call;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Header fields or trailers: ordered, duplicates kept, values byte for byte (an {@link AsciiString}
 * holds any bytes). Names are lower case; pseudo-headers are never in here. Not thread-safe;
 * whoever hands it on stops changing it.
 */
public final class HeaderFields {
  private static final AsciiString[] NONE = {};

  /** Room for more fields than a list usually has is not kept. */
  private static final int MOST_KEPT = 64;

  /** Name, value, name, value, ... */
  private AsciiString[] fields;

  private int length;

  public HeaderFields() {
    fields = NONE;
  }

  /**
   * @param expected how many fields to make room for
   */
  public HeaderFields(int expected) {
    fields = expected == 0 ? NONE : new AsciiString[2 * expected];
  }

  public int size() {
    return length / 2;
  }

  public AsciiString name(int index) {
    return fields[2 * index];
  }

  public AsciiString value(int index) {
    return fields[2 * index + 1];
  }

  public HeaderFields add(AsciiString name, AsciiString value) {
    if (length == fields.length) {
      fields = Arrays.copyOf(fields, Math.max(16, 2 * length));
    }
    fields[length] = name;
    fields[length + 1] = value;
    length += 2;
    return this;
  }

  /** The first value of {@code name}, which is lower case, or null. */
  public @Nullable AsciiString get(AsciiString name) {
    for (int i = 0; i < length; i += 2) {
      if (fields[i].equals(name)) {
        return fields[i + 1];
      }
    }
    return null;
  }

  public boolean contains(AsciiString name) {
    return get(name) != null;
  }

  /** Replaces every field of {@code name} by one, at the place of the first. */
  public HeaderFields set(AsciiString name, AsciiString value) {
    for (int i = 0; i < length; i += 2) {
      if (fields[i].equals(name)) {
        fields[i + 1] = value;
        removeFrom(i + 2, name);
        return this;
      }
    }
    return add(name, value);
  }

  public void remove(AsciiString name) {
    removeFrom(0, name);
  }

  private void removeFrom(int start, AsciiString name) {
    int kept = start;
    for (int i = start; i < length; i += 2) {
      if (!fields[i].equals(name)) {
        fields[kept] = fields[i];
        fields[kept + 1] = fields[i + 1];
        kept += 2;
      }
    }
    Arrays.fill(fields, kept, length, null);
    length = kept;
  }

  /** Takes all fields out; room for as many stays, unless it is uncommonly much. */
  public void clear() {
    if (fields.length > 2 * MOST_KEPT) {
      fields = NONE;
    } else {
      Arrays.fill(fields, 0, length, null);
    }
    length = 0;
  }

  /** As many fields as there are now, and room for no more. */
  public HeaderFields copy() {
    HeaderFields copy = new HeaderFields(0);
    copy.fields = Arrays.copyOf(fields, length);
    copy.length = length;
    return copy;
  }

  /** Names, values and 32 bytes a field, as RFC 9113 6.5.2 counts a header list. */
  public int listBytes() {
    int bytes = 0;
    for (int i = 0; i < length; i += 2) {
      bytes += fields[i].length() + fields[i + 1].length() + 32;
    }
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HeaderFields that
        && Arrays.equals(fields, 0, length, that.fields, 0, that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + fields[i].hashCode();
    }
    return hash;
  }

  /** Names only: values may be secrets. */
  @Override
  public String toString() {
    StringBuilder names = new StringBuilder("HeaderFields[");
    for (int i = 0; i < length; i += 2) {
      names.append(i == 0 ? "" : ", ").append(fields[i]);
    }
    return names.append(']').toString();
  }
}
