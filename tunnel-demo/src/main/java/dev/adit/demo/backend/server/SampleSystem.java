package dev.adit.demo.backend.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A system of the kind users put behind an agent. */
public enum SampleSystem {
  /** A trading engine: actions and a stream of events. */
  ENGINE,
  /** A game server: every method through one generic call. */
  GAME,
  /** A spam detector: a service without a package, and very large messages. */
  DETECT,
  /** The users of a platform. */
  USER,
  /** The orders of the same platform. */
  ORDER;

  /** The word for it on a command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The system a command line means by {@code word}. */
  public static Optional<SampleSystem> byWord(String word) {
    return Arrays.stream(values()).filter(system -> system.word().equals(word)).findFirst();
  }
}
