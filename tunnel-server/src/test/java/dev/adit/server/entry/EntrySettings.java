package dev.adit.server.entry;

import dev.adit.core.http2.flood.ConnectionLimits;
import dev.adit.core.http2.flood.FloodLimits;
import dev.adit.core.name.GroupName;
import dev.adit.server.config.EntryConfig;
import dev.adit.server.config.ForwardedHeaders;
import dev.adit.server.policy.Balance;
import dev.adit.server.policy.GroupShare;
import dev.adit.server.policy.HeaderChanges;
import dev.adit.server.policy.Mirror;
import dev.adit.server.routing.RoutingTable;
import dev.adit.server.routing.Rule;
import dev.adit.server.routing.RuleName;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the entry of a test is like. */
final class EntrySettings {
  ForwardedHeaders forwarded = ForwardedHeaders.OVERWRITE;
  @Nullable AsciiString identityHeader;
  int maxHeaderBytes = 2048;
  int maxStreams = 100;
  @Nullable Duration timeout;
  @Nullable Duration idleTimeout;
  boolean hasRule = true;

  /** Whether the caller has said what a caller says first. */
  boolean greeted = true;

  /** What the rule does with copies of its calls. */
  @Nullable Mirror mirror;

  /** Whether calls are logged; its thread takes a while to end. */
  boolean logged;

  /** Whether callers that have vanished are looked for. */
  boolean keepalive;

  EntryConfig config() {
    return new EntryConfig(
        List.of(),
        List.of(),
        Duration.ofSeconds(60),
        Duration.ofSeconds(20),
        Duration.ofHours(1),
        new ConnectionLimits(Duration.ofSeconds(5), 10, 10, FloodLimits.DEFAULT),
        maxStreams,
        maxHeaderBytes,
        forwarded,
        identityHeader);
  }

  /** One that every call fits, or none. */
  RoutingTable rules(GroupName group) {
    Rule rule =
        new Rule(
            new RuleName("all"),
            "test.yaml:1",
            List.of(),
            List.of(),
            0,
            List.of(new GroupShare(group, 1)),
            null,
            Balance.DEFAULT,
            timeout,
            idleTimeout,
            null,
            null,
            mirror,
            HeaderChanges.NONE,
            HeaderChanges.NONE,
            null,
            null);
    return RoutingTable.of("h", hasRule ? List.of(rule) : List.of(), Map.of(), null);
  }
}
