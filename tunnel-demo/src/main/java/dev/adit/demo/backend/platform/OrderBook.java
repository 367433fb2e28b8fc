package dev.adit.demo.backend.platform;

import dev.adit.demo.proto.platform.CreateOrderRequest;
import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderItem;
import dev.adit.demo.proto.platform.OrderStatus;
import dev.adit.demo.proto.platform.OrderUpdate;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * All orders, and their steps in time. May be called from any thread; the orders and their
 * followers are confined to the book's own thread, which also answers.
 */
final class OrderBook implements AutoCloseable {
  private static final Status GOING_AWAY =
      Status.UNAVAILABLE.withDescription("order service is going away");

  // deps
  private final Duration stepEvery;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread daemon = new Thread(work, "orders");
            daemon.setDaemon(true);
            return daemon;
          });

  // state, confined to the book's thread
  private final Map<String, TrackedOrder> byId = new HashMap<>();
  private long created;

  OrderBook(Duration stepEvery) {
    this.stepEvery = stepEvery;
  }

  void create(CreateOrderRequest request, ServerCallStreamObserver<Order> answer) {
    onThread(
        answer,
        () -> {
          created++;
          TrackedOrder order = new TrackedOrder(newOrder("order-" + created, request));
          byId.put(order.order().getId(), order);
          stepLater(order);
          answer.onNext(order.order());
          answer.onCompleted();
        });
  }

  void get(String id, ServerCallStreamObserver<Order> answer) {
    onThread(
        answer,
        () -> {
          TrackedOrder order = byId.get(id);
          if (order == null) {
            answer.onError(PlatformErrors.notFound("order", id));
            return;
          }
          answer.onNext(order.order());
          answer.onCompleted();
        });
  }

  /** Sends where the order stands, then each of its steps. */
  void follow(String id, ServerCallStreamObserver<OrderUpdate> updates) {
    OrderFollower follower = new OrderFollower(updates);
    updates.setOnCancelHandler(() -> submit(() -> remove(id, follower)));
    onThread(
        updates,
        () -> {
          TrackedOrder order = byId.get(id);
          if (order == null) {
            updates.onError(PlatformErrors.notFound("order", id));
            return;
          }
          order.add(follower);
        });
  }

  /** Ends every stream UNAVAILABLE; orders take no more steps. */
  @Override
  public void close() {
    submit(() -> byId.values().forEach(order -> order.endFollowers(GOING_AWAY)));
    thread.shutdown();
  }

  private void remove(String id, OrderFollower follower) {
    TrackedOrder order = byId.get(id);
    if (order != null) {
      order.remove(follower);
    }
  }

  private void stepLater(TrackedOrder order) {
    if (thread.isShutdown()) {
      return;
    }
    thread.schedule(() -> step(order), stepEvery.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void step(TrackedOrder order) {
    order.step();
    if (!order.isDelivered()) {
      stepLater(order);
    }
  }

  /** Works for a caller on the book's thread. */
  private void onThread(ServerCallStreamObserver<?> caller, Runnable work) {
    if (!submit(work)) {
      caller.onError(GOING_AWAY.asRuntimeException());
    }
  }

  /** False if the book is closed, and so has no followers any more. */
  private boolean submit(Runnable work) {
    try {
      thread.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private static Order newOrder(String id, CreateOrderRequest request) {
    long total = 0;
    for (OrderItem item : request.getItemsList()) {
      total += item.getQuantity() * item.getUnitPriceCents();
    }
    return Order.newBuilder()
        .setId(id)
        .setUserId(request.getUserId())
        .addAllItems(request.getItemsList())
        .setTotalCents(total)
        .setStatus(OrderStatus.ORDER_STATUS_CREATED)
        .build();
  }
}
