package dev.adit.server.entry;

import dev.adit.server.config.ForwardedHeaders;
import dev.adit.server.policy.Mirror;
import io.netty.util.AsciiString;
import java.time.Duration;
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
}
