package dev.adit.core.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every sequence of seven steps of a sender and a receiver with windows of a few bytes, whose
 * grants arrive late: the receiver is never sent more than it has room for, and a sender whose
 * bytes leave can always send again.
 */
@Timeout(60)
final class CreditModelTest {
  private static final int STEPS = 7;

  /** What may happen next; those that are not possible do nothing. */
  private enum Step {
    SEND_ONE,
    SEND_ALL,
    CONSUME_ONE,
    CONSUME_ALL,
    GRANT_ARRIVES
  }

  /** Both ends of one call in one direction. */
  private static final class Direction {
    private final TunnelBudget budget;
    private final SendWindow sender;
    private final ReceiveWindow receiver;
    private final int mostEver;
    private int underWay;

    Direction(int initial, int call, boolean tight) {
      long room = tight ? call : 1000L * call;
      budget =
          new TunnelBudget(
              new WindowSizes(initial, call, room), MemoryBudget.unlimited(), () -> 0, () -> -1);
      sender = new SendWindow(initial);
      receiver = new ReceiveWindow(budget, initial);
      mostEver = Math.max(initial, call);
    }

    void step(Step step) {
      switch (step) {
        case SEND_ONE -> send(Math.min(1, sender.available()));
        case SEND_ALL -> send(sender.available());
        case CONSUME_ONE -> consume(Math.min(1, receiver.held()));
        case CONSUME_ALL -> consume(receiver.held());
        case GRANT_ARRIVES -> arrive();
      }
      assertTrue(receiver.size() <= mostEver, "the window has outgrown its limit");
      assertTrue(
          sender.available() + underWay + receiver.held() <= receiver.size(),
          "more may come than there is room for");
      assertEquals(receiver.size(), budget.promised());
    }

    private void send(int bytes) {
      if (bytes > 0) {
        sender.take(bytes);
        assertTrue(receiver.received(bytes), "refused although the sender had credit");
      }
    }

    private void consume(int bytes) {
      if (bytes > 0) {
        underWay += receiver.consumed(bytes);
      }
    }

    private void arrive() {
      if (underWay > 0) {
        assertTrue(sender.grant(underWay));
        underWay = 0;
      }
    }

    /** Everything leaves and every grant arrives. */
    void settle() {
      consume(receiver.held());
      arrive();
      assertTrue(sender.available() > 0, "the sender starves");
      assertTrue(2 * sender.available() >= receiver.size(), "less than half of the window is open");
      assertTrue(!receiver.received(sender.available() + 1), "bytes beyond the credit were taken");
      receiver.close();
      receiver.close();
      assertEquals(0, budget.promised());
    }
  }

  @Test
  void noSequenceOverrunsTheReceiverOrStarvesTheSender() {
    for (int initial = 1; initial <= 4; initial++) {
      for (int call = initial; call <= 2 * initial + 1; call++) {
        play(initial, call, false);
        play(initial, call, true);
      }
    }
  }

  private static void play(int initial, int call, boolean tight) {
    Step[] steps = Step.values();
    int sequences = (int) Math.pow(steps.length, STEPS);
    for (int sequence = 0; sequence < sequences; sequence++) {
      Direction direction = new Direction(initial, call, tight);
      int rest = sequence;
      for (int i = 0; i < STEPS; i++) {
        direction.step(steps[rest % steps.length]);
        rest /= steps.length;
      }
      direction.settle();
    }
  }
}
