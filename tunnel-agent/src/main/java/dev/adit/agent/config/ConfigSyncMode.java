package dev.adit.agent.config;

/** What becomes of upstreams and routes that a server sends. */
public enum ConfigSyncMode {
  /** They are refused. */
  OFF,
  /** They are served beside our own, within the allow-list. */
  ACCEPT
}
