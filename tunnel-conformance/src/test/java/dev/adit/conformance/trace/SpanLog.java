package dev.adit.conformance.trace;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The spans that a collector was sent. Any thread. */
final class SpanLog {
  /**
   * One of them.
   *
   * @param service who sent it
   */
  record Seen(String service, Span span) {
    String trace() {
      return hex(span.getTraceId());
    }

    String id() {
      return hex(span.getSpanId());
    }

    /** Empty: it is the first of its trace. */
    String parent() {
      return hex(span.getParentSpanId());
    }

    Map<String, String> attributes() {
      return map(span.getAttributesList());
    }

    String attribute(String key) {
      return attributes().getOrDefault(key, "absent");
    }
  }

  private final List<Seen> spans = new CopyOnWriteArrayList<>();

  void add(ExportTraceServiceRequest request) {
    for (ResourceSpans each : request.getResourceSpansList()) {
      String service = map(each.getResource().getAttributesList()).get("service.name");
      for (ScopeSpans scope : each.getScopeSpansList()) {
        scope.getSpansList().forEach(span -> spans.add(new Seen(String.valueOf(service), span)));
      }
    }
  }

  List<Seen> all() {
    return List.copyOf(spans);
  }

  /** Those of a service with a name. */
  List<Seen> of(String service, String name) {
    return spans.stream()
        .filter(each -> each.service().equals(service) && each.span().getName().equals(name))
        .toList();
  }

  void clear() {
    spans.clear();
  }

  static Map<String, String> map(List<KeyValue> attributes) {
    Map<String, String> map = new TreeMap<>();
    attributes.forEach(each -> map.put(each.getKey(), text(each.getValue())));
    return map;
  }

  private static String text(AnyValue value) {
    return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
