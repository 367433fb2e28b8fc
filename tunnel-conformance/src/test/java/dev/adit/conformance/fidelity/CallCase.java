package dev.adit.conformance.fidelity;

import dev.adit.conformance.peer.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * One generated call: what its caller sends and what its backend answers, each cut into DATA frames
 * at random.
 *
 * @param trailers empty: the head is all there is, Trailers-Only or a bodiless HTTP response
 */
record CallCase(
    boolean grpc,
    List<Field> request,
    List<Cut> requestBody,
    boolean requestEndsWithHead,
    List<List<Field>> informational,
    List<Field> response,
    List<Cut> responseBody,
    List<Field> trailers) {
  private static final int MAX_FIELDS = 8;
  private static final int MAX_CUTS = 6;
  private static final int LARGE = 3000;
  private static final String NAME_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
  private static final String[] SHARED_NAMES = {
    "x-a",
    "x-b",
    "x-dup",
    "x-bin",
    "user-agent",
    "grpc-encoding",
    "grpc-accept-encoding",
    "cookie",
    "authorization",
    "traceparent",
    "baggage",
    "x-data-bin",
    "accept",
    "vary",
    "grpc-tags-bin"
  };

  /** The bytes of one DATA frame and how many bytes pad it. */
  record Cut(int length, int padding) {}

  static CallCase random(Random random, int largestFrame) {
    boolean grpc = random.nextInt(4) != 0;
    List<Field> request = requestHead(random, grpc);
    List<Cut> requestBody = cuts(random, largestFrame);
    List<List<Field>> informational = new ArrayList<>();
    while (random.nextInt(12) == 0) {
      informational.add(Field.with(Field.list(":status", "103"), flat(fields(random, "link"))));
    }
    boolean headOnly = random.nextInt(5) == 0;
    List<Field> response = new ArrayList<>();
    response.add(new Field(":status", grpc ? "200" : status(random)));
    if (grpc) {
      response.add(new Field("content-type", "application/grpc"));
    }
    response.addAll(fields(random, "x-head"));
    if (grpc && headOnly) {
      response.addAll(grpcStatus(random));
    }
    List<Field> trailers = new ArrayList<>();
    if (!headOnly && (grpc || random.nextBoolean())) {
      trailers.addAll(grpc ? grpcStatus(random) : fields(random, "x-trailer"));
      trailers.addAll(fields(random, "x-trailer"));
    }
    return new CallCase(
        grpc,
        request,
        requestBody,
        requestBody.isEmpty() && random.nextBoolean(),
        informational,
        response,
        headOnly ? List.of() : cuts(random, largestFrame),
        trailers);
  }

  private static String status(Random random) {
    String[] statuses = {"200", "201", "206", "302", "404", "429", "500", "503"};
    return statuses[random.nextInt(statuses.length)];
  }

  private static List<Field> requestHead(Random random, boolean grpc) {
    String[] methods = {"GET", "PUT", "POST", "DELETE", "PATCH", "PROPFIND"};
    String[] types = {"application/grpc", "application/grpc+proto", "application/grpc;charset=x"};
    List<Field> head = new ArrayList<>();
    head.add(new Field(":method", grpc ? "POST" : methods[random.nextInt(methods.length)]));
    head.add(new Field(":scheme", "http"));
    head.add(new Field(":path", path(random)));
    head.add(new Field(":authority", random.nextBoolean() ? "test.example" : "[::1]:8080"));
    if (grpc) {
      head.add(new Field("content-type", types[random.nextInt(types.length)]));
      head.add(new Field("te", "trailers"));
    }
    head.addAll(fields(random, "x-request"));
    return head;
  }

  private static String path(Random random) {
    String[] paths = {
      "/a.B/C", "/Detect/detect", "/", "//", "/a/../b", "/%2e%2e/%00", "/q?a=b&c=%20", "/\u00e4?x"
    };
    return paths[random.nextInt(paths.length)];
  }

  private static List<Field> grpcStatus(Random random) {
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("grpc-status", Integer.toString(random.nextInt(17))));
    if (random.nextBoolean()) {
      fields.add(new Field("grpc-message", random.nextBoolean() ? "" : "a%20b%E4%25, c"));
    }
    if (random.nextInt(3) == 0) {
      fields.add(new Field("grpc-status-details-bin", value(random)));
    }
    return fields;
  }

  /** Few names, so that duplicates are common; empty values too; in no order. */
  private static List<Field> fields(Random random, String prefix) {
    List<Field> fields = new ArrayList<>();
    int count = random.nextInt(MAX_FIELDS);
    for (int i = 0; i < count; i++) {
      fields.add(new Field(name(random, prefix), value(random)));
    }
    return fields;
  }

  private static String name(Random random, String prefix) {
    if (random.nextInt(4) != 0) {
      return SHARED_NAMES[random.nextInt(SHARED_NAMES.length)];
    }
    int length = 1 + random.nextInt(20);
    return prefix
        + "-"
        + random
            .ints(length, 0, NAME_CHARS.length())
            .mapToObj(i -> NAME_CHARS.substring(i, i + 1))
            .collect(Collectors.joining());
  }

  /** Every byte but NUL, CR and LF may stand in a value. */
  private static String value(Random random) {
    int length =
        switch (random.nextInt(8)) {
          case 0, 1 -> 0;
          case 2 -> random.nextInt(LARGE);
          default -> random.nextInt(30);
        };
    StringBuilder value = new StringBuilder(length);
    while (value.length() < length) {
      int next = random.nextInt(3) == 0 ? random.nextInt(256) : ' ' + random.nextInt(95);
      if (next != 0 && next != '\r' && next != '\n') {
        value.append((char) next);
      }
    }
    return value.toString();
  }

  private static String[] flat(List<Field> fields) {
    return fields.stream()
        .flatMap(field -> List.of(field.name(), field.value()).stream())
        .toArray(String[]::new);
  }

  private static List<Cut> cuts(Random random, int largestFrame) {
    int count = random.nextInt(MAX_CUTS);
    List<Cut> cuts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length =
          switch (random.nextInt(40)) {
            case 0 -> random.nextInt(largestFrame);
            case 1, 2, 3, 4, 5, 6 -> 0;
            case 7, 8, 9, 10, 11, 12 -> 1 + random.nextInt(6);
            default -> random.nextInt(100);
          };
      int padding = random.nextInt(6) == 0 ? random.nextInt(256) : 0;
      cuts.add(new Cut(length, padding));
    }
    return cuts;
  }

  /** The bytes of a body: gRPC messages, some of length zero, some marked as compressed. */
  byte[] body(List<Cut> cuts, long seed) {
    int length = cuts.stream().mapToInt(Cut::length).sum();
    byte[] body = new byte[length];
    Random random = new Random(seed);
    random.nextBytes(body);
    int at = 0;
    while (grpc && at + 5 <= length) {
      int message = random.nextInt(3) == 0 ? 0 : random.nextInt(length - at - 4);
      body[at] = (byte) random.nextInt(2);
      body[at + 1] = (byte) (message >>> 24);
      body[at + 2] = (byte) (message >>> 16);
      body[at + 3] = (byte) (message >>> 8);
      body[at + 4] = (byte) message;
      at += 5 + message;
    }
    return body;
  }
}
