package dev.adit.server.app;

import dev.adit.core.config.ConfigException;
import dev.adit.core.config.SecretRef;
import dev.adit.core.process.ContentWatch;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the admin port demands: the content of the token's file, which is followed, so that it can
 * be rotated; the last good one while there is none. Any thread may ask.
 */
final class OperatorToken implements Supplier<@Nullable String>, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OperatorToken.class);

  // deps; null: nothing is followed
  private final @Nullable ContentWatch watch;

  // shared
  private volatile @Nullable String current;

  /**
   * Reads it, and follows it from now on.
   *
   * @param source null: none is demanded
   * @throws ConfigException if the variable that has it is not set
   * @throws IOException if its file cannot be read
   */
  OperatorToken(@Nullable SecretRef source) throws ConfigException, IOException {
    if (source instanceof SecretRef.FromEnvironment variable && !variable.isThere()) {
      throw new ConfigException(variable.missing("admin.token.env"));
    }
    if (source instanceof SecretRef.FromFile file) {
      // Before it is read, so that no change is missed.
      watch = new ContentWatch("admin-token", List.of(file.path()));
      current = file.read();
      watch.start(() -> readAnew(file));
    } else {
      watch = null;
      current = source == null ? null : source.read();
    }
  }

  private void readAnew(SecretRef.FromFile file) {
    try {
      ContentWatch.checkFile(file.path());
      current = file.read();
      log.info("the admin token is that of {} as it is now", file.path());
    } catch (IOException e) {
      log.error("the admin token stays as it was: {}", e.getMessage());
    }
  }

  @Override
  public @Nullable String get() {
    return current;
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }
}
