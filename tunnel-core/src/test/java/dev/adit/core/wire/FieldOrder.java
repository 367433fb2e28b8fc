package dev.adit.core.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Encodes a frame anew as another protobuf writer might: fields in any order, those of one number
 * in their own; fields of later versions between; numbers longer than they need to be.
 */
final class FieldOrder {
  private static final int FIRST_UNKNOWN = 100;

  private final Random random;

  FieldOrder(long seed) {
    random = new Random(seed);
  }

  private record Field(int number, int wireType, ByteString value) {}

  /** The same frame in other bytes. */
  byte[] shuffled(byte[] frame) {
    try {
      return encode(frame, 0, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] encode(byte[] message, int depth, int kind) throws IOException {
    List<Field> fields = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      fields.add(read(in, tag, depth, kind));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      fields.add(unknown());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Field field : inAnyOrder(fields)) {
      write(bytes, field);
    }
    return bytes.toByteArray();
  }

  private Field read(CodedInputStream in, int tag, int depth, int kind) throws IOException {
    int number = WireFormat.getTagFieldNumber(tag);
    int wireType = WireFormat.getTagWireType(tag);
    if (wireType == WireFormat.WIRETYPE_VARINT) {
      return new Field(number, wireType, ByteString.copyFrom(varint(in.readRawVarint64())));
    }
    byte[] value = in.readByteArray();
    boolean isKind = depth == 0 && number >= 9 && number <= 13;
    boolean isHeader =
        depth == 1 && (kind == 9 ? number == 6 : kind == 10 ? number == 2 : kind == 11);
    if (isKind || isHeader) {
      value = encode(value, depth + 1, number);
    }
    return new Field(number, wireType, ByteString.copyFrom(value));
  }

  private byte[] varint(long value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 10);
    out.writeUInt64NoTag(value);
    out.flush();
    byte[] shortest = bytes.toByteArray();
    if (shortest.length >= 9 || random.nextInt(4) > 0) {
      return shortest;
    }
    byte[] longer = Arrays.copyOf(shortest, shortest.length + 1);
    longer[shortest.length - 1] |= (byte) 0x80;
    return longer;
  }

  private Field unknown() {
    int number = FIRST_UNKNOWN + random.nextInt(1000);
    return switch (random.nextInt(4)) {
      case 0 -> new Field(number, WireFormat.WIRETYPE_VARINT, bytes(0xff, 3));
      case 1 -> new Field(number, WireFormat.WIRETYPE_FIXED32, bytes(0, 0, 0, 0));
      case 2 -> new Field(number, WireFormat.WIRETYPE_FIXED64, bytes(0, 0, 0, 0, 0, 0, 0, 0));
      default -> new Field(number, WireFormat.WIRETYPE_LENGTH_DELIMITED, bytes(0, 0, 0));
    };
  }

  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private List<Field> inAnyOrder(List<Field> fields) {
    List<Field> shuffled = new ArrayList<>(fields);
    Collections.shuffle(shuffled, random);
    List<Field> left = new ArrayList<>(fields);
    return shuffled.stream()
        .map(
            place -> {
              Field next =
                  left.stream()
                      .filter(field -> field.number() == place.number())
                      .findFirst()
                      .orElseThrow();
              left.remove(next);
              return next;
            })
        .toList();
  }

  private void write(ByteArrayOutputStream bytes, Field field) throws IOException {
    bytes.writeBytes(varint(((long) field.number() << 3) | field.wireType()));
    if (field.wireType() == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      bytes.writeBytes(varint(field.value().size()));
    }
    bytes.writeBytes(field.value().toByteArray());
  }
}
