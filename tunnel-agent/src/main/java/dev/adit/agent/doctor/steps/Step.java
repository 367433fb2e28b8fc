package dev.adit.agent.doctor.steps;

import java.util.Locale;

/** What is tried, in this order. */
public enum Step {
  DNS,
  PROXY,
  TCP,
  TLS,
  ALPN,
  HTTP2,
  TOKEN,
  GROUP,
  HEARTBEAT,
  BACKEND;

  /** As it is shown. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
