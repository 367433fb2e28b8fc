package dev.adit.core.process;

import dev.adit.core.config.LogConfig;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** Sets up what a process logs. Called once, before the first line. */
public final class Logging {
  private static final String PREFIX = "org.slf4j.simpleLogger.";

  private Logging() {}

  /** Takes effect for every logger made from now on. */
  public static void start(LogConfig config) {
    System.setProperty(PREFIX + "defaultLogLevel", config.level().name().toLowerCase(Locale.ROOT));
    System.setProperty(PREFIX + "log.io", "warn");
    System.setProperty(PREFIX + "showDateTime", "true");
    System.setProperty(PREFIX + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    System.setProperty(PREFIX + "showShortLogName", "true");
    System.setProperty(PREFIX + "showThreadName", "false");
    if (config.format() == LogConfig.Format.JSON) {
      LoggerFactory.getLogger(Logging.class)
          .warn("log.format: json is not written by this version; lines are text");
    }
  }
}
