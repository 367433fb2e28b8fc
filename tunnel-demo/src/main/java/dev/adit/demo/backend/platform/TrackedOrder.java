package dev.adit.demo.backend.platform;

import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderStatus;
import io.grpc.Status;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** An order and those who follow its steps. Confined to the book's thread. */
final class TrackedOrder {
  private final Set<OrderFollower> followers = new LinkedHashSet<>();
  private Order order;

  TrackedOrder(Order order) {
    this.order = order;
  }

  Order order() {
    return order;
  }

  boolean isDelivered() {
    return order.getStatus() == OrderStatus.ORDER_STATUS_DELIVERED;
  }

  /** Tells the follower where the order stands and, unless it stands at its end, each step. */
  void add(OrderFollower follower) {
    follower.tell(order);
    if (isDelivered()) {
      follower.complete();
      return;
    }
    followers.add(follower);
  }

  void remove(OrderFollower follower) {
    followers.remove(follower);
  }

  /** Takes the next step; the last one ends the streams of all followers. */
  void step() {
    OrderStatus next =
        Objects.requireNonNull(OrderStatus.forNumber(order.getStatusValue() + 1), "last step");
    order = order.toBuilder().setStatus(next).build();
    followers.forEach(follower -> follower.tell(order));
    if (isDelivered()) {
      end(OrderFollower::complete);
    }
  }

  void endFollowers(Status status) {
    end(follower -> follower.end(status));
  }

  private void end(Consumer<OrderFollower> how) {
    followers.forEach(how);
    followers.clear();
  }
}
