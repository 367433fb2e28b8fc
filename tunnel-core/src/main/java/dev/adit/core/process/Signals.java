package dev.adit.core.process;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system. The JDK offers them only in {@code sun.misc}, which every JVM
 * has but javac warns of; so it is reached by name.
 */
public final class Signals {
  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  /** HUP has come, and nobody has heard of it. */
  private static final AtomicBoolean HANGUP = new AtomicBoolean();

  private static volatile @Nullable Runnable hangupAction;

  private Signals() {}

  /**
   * For the start of a process, until {@link #on} and {@link #onHangup} are told what it does with
   * signals: TERM and INT end it with exit code 0, as there is nothing to finish yet; HUP, which
   * would end it, is kept. From then on USR1, which would end it too, is no more than a line in the
   * log: some servers open their logs again at it, others drain.
   */
  public static void duringStart() {
    Runnable end = () -> Runtime.getRuntime().halt(0);
    on("TERM", end);
    on("INT", end);
    on("HUP", Signals::hangUp);
    on("USR1", () -> log.warn("SIGUSR1 means nothing here; SIGHUP opens logs again, SIGTERM ends"));
  }

  /** Runs an action each time HUP comes, and now if it has come during the start. */
  public static void onHangup(Runnable action) {
    hangupAction = action;
    on("HUP", Signals::hangUp);
    tellHangup();
  }

  private static void hangUp() {
    HANGUP.set(true);
    tellHangup();
  }

  /** Whoever comes last, the signal or the action, finds the other there. */
  private static void tellHangup() {
    Runnable action = hangupAction;
    if (action != null && HANGUP.getAndSet(false)) {
      action.run();
    }
  }

  /**
   * Runs an action each time a signal comes, in a thread of the JVM.
   *
   * @param name without SIG: TERM, INT, HUP
   * @return false if this platform has no such signal
   */
  public static boolean on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler run =
          (proxy, method, arguments) -> {
            action.run();
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, run);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      log.warn("signal {} cannot be handled here: {}", name, e.toString());
      return false;
    }
  }
}
