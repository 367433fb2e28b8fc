package dev.adit.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret is to be found. The secret itself is read anew at each use, so that it can be
 * rotated, and never kept here: printing a {@code SecretRef} gives nothing away.
 */
public sealed interface SecretRef {

  /** Longest secret we read; a wrong path must not pull a whole disk into memory. */
  int MAX_BYTES = 65_536;

  /** Reads the secret now, without surrounding white space. May block: never on an event loop. */
  String read() throws IOException;

  /**
   * Warns of a variable that is not set: a process that runs here would not start.
   *
   * @param keyPath where the secret is named
   */
  static void check(@Nullable SecretRef secret, String keyPath, ConfigProblems problems) {
    if (secret instanceof FromEnvironment variable && !variable.isSet()) {
      problems.warn(
          keyPath + ": the environment variable " + variable.variable() + " is not set here");
    }
  }

  /** Reads {@code {file: ..}} or {@code {env: ..}}; null, and a problem, if it is neither. */
  static @Nullable SecretRef of(ConfigValue value) {
    if (!value.isMapping()) {
      value.reject(
          "expected {file: PATH} or {env: NAME}; a secret must not stand in a configuration file");
      return null;
    }
    ConfigMap map = value.map();
    @Nullable ConfigValue path = map.optional("file");
    @Nullable ConfigValue variable = map.optional("env");
    map.end();
    if (path != null
        && variable != null
        && path.isFromEnvironment() != variable.isFromEnvironment()) {
      // What the environment says of one comes before what the file says of the other.
      path = path.isFromEnvironment() ? path : null;
      variable = path == null ? variable : null;
    }
    if ((path == null) == (variable == null)) {
      value.reject("expected exactly one of file and env");
      return null;
    }
    if (path != null) {
      @Nullable Path there = path.existingFile();
      return there == null ? null : new FromFile(there);
    }
    @Nullable String name = variable == null ? null : variable.text("an environment variable");
    return name == null ? null : new FromEnvironment(name);
  }

  /** A secret in a file. */
  record FromFile(Path path) implements SecretRef {
    @Override
    public String read() throws IOException {
      byte[] bytes;
      try (var in = Files.newInputStream(path)) {
        bytes = in.readNBytes(MAX_BYTES + 1);
      }
      if (bytes.length > MAX_BYTES) {
        throw new IOException("secret file " + path + " is larger than " + MAX_BYTES + " B");
      }
      String secret = new String(bytes, StandardCharsets.UTF_8).strip();
      if (secret.isEmpty()) {
        throw new IOException("secret file " + path + " is empty");
      }
      return secret;
    }
  }

  /** A secret in an environment variable. */
  record FromEnvironment(String variable) implements SecretRef {
    /** Whether there is one. What is not there at the start of a process never will be. */
    public boolean isSet() {
      @Nullable String secret = System.getenv(variable);
      return secret != null && !secret.isBlank();
    }

    /** The problem of one that is not there. */
    public ConfigProblem missing(String keyPath) {
      return ConfigProblem.inEnvironment(
          variable, keyPath, "expected a secret; the variable is not set", null);
    }

    @Override
    public String read() throws IOException {
      @Nullable String secret = System.getenv(variable);
      if (secret == null || secret.isBlank()) {
        throw new IOException("environment variable " + variable + " is not set");
      }
      return secret.strip();
    }
  }
}
