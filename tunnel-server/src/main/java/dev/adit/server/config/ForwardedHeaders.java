package dev.adit.server.config;

/** What happens to the forwarded headers (x-forwarded-for, x-forwarded-proto) a caller sends. */
public enum ForwardedHeaders {
  /** The caller's are kept and ours added: for callers that are trusted proxies themselves. */
  APPEND,
  /** The caller's are replaced by ours, so that nobody can forge them. */
  OVERWRITE,
  /** The caller's pass as they are and none are added. */
  OFF
}
