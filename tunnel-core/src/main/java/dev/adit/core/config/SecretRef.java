package dev.adit.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret is to be found. The secret itself is read anew at each use, so that it can be
 * rotated, and never kept here: printing a {@code SecretRef} gives nothing away.
 */
public sealed interface SecretRef {

  /** Longest secret we read; a wrong path must not pull a whole disk into memory. */
  int MAX_BYTES = 65_536;

  /** Of a shorter one {@code check} warns: 16 random letters and digits are 95 bits. */
  int LEAST_CHARS = 16;

  /**
   * Reads the secret now, without surrounding white space. May block: never on an event loop.
   *
   * @throws IOException if there is none, or something else: whatever is not one line of visible
   *     ASCII would be repeated, in part or whole, by what is to send it
   */
  String read() throws IOException;

  /**
   * The secret in a text.
   *
   * @param source names it in failures, which never tell what it holds
   */
  private static String secretIn(String text, String source) throws IOException {
    String secret = text.strip();
    if (!secret.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new IOException(
          source
              + " holds more than the token, which is one word of visible ASCII: put the token"
              + " alone there");
    }
    return secret;
  }

  /**
   * Warns of a variable that is not set, for a process that runs here would not start, and of a
   * secret that is short enough to be guessed.
   *
   * @param keyPath where the secret is named
   */
  static void check(@Nullable SecretRef secret, String keyPath, ConfigProblems problems) {
    if (secret instanceof FromEnvironment variable && !variable.isThere()) {
      problems.warn(
          keyPath + ": the environment variable " + variable.variable() + " is not set here");
    } else if (secret != null && secret.isThere()) {
      checkLength(secret, keyPath, problems);
    }
  }

  private static void checkLength(SecretRef secret, String keyPath, ConfigProblems problems) {
    int length;
    try {
      length = secret.read().length();
    } catch (IOException e) {
      // Whoever read the configuration has told of it.
      return;
    }
    if (length < LEAST_CHARS) {
      problems.warn(
          keyPath
              + ": a secret of "
              + length
              + (length == 1 ? " character" : " characters")
              + " can be guessed: make one of "
              + LEAST_CHARS
              + " or more, for instance by openssl rand -hex 16");
    }
  }

  /**
   * Reads {@code {file: ..}} or {@code {env: ..}}; null, and a problem, if it is neither. A file
   * has to hold a secret, a variable only if it is set.
   */
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
      return there == null ? null : looked(new FromFile(there), value);
    }
    @Nullable String name = variable == null ? null : variable.text("an environment variable");
    return name == null ? null : looked(new FromEnvironment(name), value);
  }

  private static SecretRef looked(SecretRef secret, ConfigValue value) {
    try {
      if (secret.isThere()) {
        secret.read();
      }
    } catch (IOException e) {
      value.reject("expected a secret; " + e.getMessage());
    }
    return secret;
  }

  /** Whether there is something to read; what is not has been told, or will be. */
  boolean isThere();

  /** A secret in a file. */
  record FromFile(Path path) implements SecretRef {
    @Override
    public boolean isThere() {
      return Files.isRegularFile(path) && Files.isReadable(path);
    }

    @Override
    public String read() throws IOException {
      byte[] bytes;
      try (var in = Files.newInputStream(path)) {
        bytes = in.readNBytes(MAX_BYTES + 1);
      }
      if (bytes.length > MAX_BYTES) {
        throw new IOException("secret file " + path + " is larger than " + MAX_BYTES + " B");
      }
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (text.isBlank()) {
        throw new IOException("secret file " + path + " is empty");
      }
      return secretIn(text, "secret file " + path);
    }
  }

  /** A secret in an environment variable. */
  record FromEnvironment(String variable) implements SecretRef {
    /** Whether there is one. What is not there at the start of a process never will be. */
    @Override
    public boolean isThere() {
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
      return read(System.getenv());
    }

    /** The same where the environment is given. */
    public String read(Map<String, String> environment) throws IOException {
      @Nullable String text = environment.get(variable);
      if (text == null || text.isBlank()) {
        throw new IOException("environment variable " + variable + " is not set");
      }
      return secretIn(text, "environment variable " + variable);
    }
  }
}
