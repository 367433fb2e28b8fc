package dev.adit.demo;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** What our stdout is. As in the product, of whose classes this jar has none. */
final class Terminal {
  private Terminal() {}

  /** Whether colours are seen by a person who has not asked for none (no-color.org). */
  static boolean takesColours() {
    String noColor = System.getenv("NO_COLOR");
    boolean unwanted = noColor != null && !noColor.isEmpty();
    return !unwanted && !"dumb".equals(System.getenv("TERM")) && isTerminal(System.console());
  }

  /** Up to JDK 21 there is a console only on a terminal; from 22 on there always is one. */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
