package dev.adit.server.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.config.HostPort;
import dev.adit.core.name.GroupName;
import dev.adit.core.upstream.BackendConfig;
import dev.adit.core.upstream.UpstreamBalance;
import dev.adit.core.upstream.UpstreamConfig;
import dev.adit.core.upstream.UpstreamName;
import dev.adit.core.upstream.UpstreamTls;
import io.netty.util.AsciiString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PolicyTest {

  @Test
  void headersAreRemovedThenSetThenAdded() {
    HeaderFields fields = new HeaderFields();
    fields.add(AsciiString.of("a"), AsciiString.of("1"));
    fields.add(AsciiString.of("b"), AsciiString.of("2"));
    fields.add(AsciiString.of("a"), AsciiString.of("3"));
    new HeaderChanges(
            List.of(field("b", "x"), field("c", "y")),
            List.of(field("b", "z")),
            List.of(AsciiString.of("a")))
        .applyTo(fields);
    HeaderFields expected = new HeaderFields();
    expected.add(AsciiString.of("b"), AsciiString.of("x"));
    expected.add(AsciiString.of("c"), AsciiString.of("y"));
    expected.add(AsciiString.of("b"), AsciiString.of("z"));
    assertEquals(expected, fields);
  }

  @Test
  void anyChangeAtAllIsOne() {
    List<HeaderChanges.Field> one = List.of(field("a", "1"));
    assertTrue(HeaderChanges.NONE.isEmpty());
    assertFalse(new HeaderChanges(one, List.of(), List.of()).isEmpty());
    assertFalse(new HeaderChanges(List.of(), one, List.of()).isEmpty());
    assertFalse(new HeaderChanges(List.of(), List.of(), List.of(AsciiString.of("a"))).isEmpty());
  }

  /** A server and a command compare rules by their text. */
  @Test
  void retryableCodesHaveOneOrder() {
    Set<GrpcCode> codes =
        new LinkedHashSet<>(List.of(GrpcCode.UNAVAILABLE, GrpcCode.ABORTED, GrpcCode.INTERNAL));
    Duration second = Duration.ofSeconds(1);
    assertEquals(
        "[ABORTED, INTERNAL, UNAVAILABLE]",
        new RetryPolicy(2, second, second, 2, codes, null).retryableStatusCodes().toString());
  }

  /** No agent takes one from a server: it would read the agent's files. */
  @Test
  void anyFileIsOneToBeWarnedOf() {
    Path file = Path.of("x.pem");
    assertFalse(namesFiles(null));
    assertFalse(namesFiles(new UpstreamTls(null, null, null, "name")));
    assertTrue(namesFiles(new UpstreamTls(file, null, null, null)));
    assertTrue(namesFiles(new UpstreamTls(null, file, null, null)));
    assertTrue(namesFiles(new UpstreamTls(null, null, file, null)));
  }

  private static boolean namesFiles(@Nullable UpstreamTls tls) {
    UpstreamConfig upstream =
        new UpstreamConfig(
            new UpstreamName("u"),
            List.of(new BackendConfig(new HostPort("127.0.0.1", 1), 1)),
            UpstreamBalance.LEAST_CALLS,
            tls,
            null,
            null,
            UpstreamConfig.SLOW_START,
            0,
            1);
    return new GroupConfig(
            new GroupName("g"), "f:1", List.of(upstream), List.of(), "", GroupConfig.NO_REVISION)
        .namesFiles();
  }

  private static HeaderChanges.Field field(String name, String value) {
    return new HeaderChanges.Field(AsciiString.of(name), AsciiString.of(value));
  }
}
