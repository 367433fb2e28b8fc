package dev.adit.demo.backend.platform;

import dev.adit.demo.proto.platform.CreateOrderRequest;
import dev.adit.demo.proto.platform.GetOrderRequest;
import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderItem;
import dev.adit.demo.proto.platform.OrderServiceGrpc;
import dev.adit.demo.proto.platform.OrderUpdate;
import dev.adit.demo.proto.platform.StreamOrderUpdatesRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** The orders of the platform: created, then on their way one step at a time. */
public final class OrderService extends OrderServiceGrpc.OrderServiceImplBase
    implements AutoCloseable {
  private final OrderBook orders;

  /**
   * A service without orders.
   *
   * @param stepEvery time an order takes for one step
   */
  public OrderService(Duration stepEvery) {
    this.orders = new OrderBook(stepEvery);
  }

  @Override
  public void createOrder(CreateOrderRequest request, StreamObserver<Order> answer) {
    if (request.getUserId().isEmpty()) {
      answer.onError(PlatformErrors.invalid("user_id", "expected the id of a user"));
      return;
    }
    if (request.getItemsCount() == 0 || !request.getItemsList().stream().allMatch(this::isSane)) {
      answer.onError(PlatformErrors.invalid("items", "expected a sku and a quantity above 0 each"));
      return;
    }
    orders.create(request, quietlyCancelled(answer));
  }

  @Override
  public void getOrder(GetOrderRequest request, StreamObserver<Order> answer) {
    orders.get(request.getId(), quietlyCancelled(answer));
  }

  @Override
  public void streamOrderUpdates(
      StreamOrderUpdatesRequest request, StreamObserver<OrderUpdate> updates) {
    orders.follow(request.getOrderId(), (ServerCallStreamObserver<OrderUpdate>) updates);
  }

  /** Ends every stream of updates UNAVAILABLE. */
  @Override
  public void close() {
    orders.close();
  }

  /** Without a cancel handler, an answer to a caller that has gone throws. */
  private static ServerCallStreamObserver<Order> quietlyCancelled(StreamObserver<Order> answer) {
    ServerCallStreamObserver<Order> call = (ServerCallStreamObserver<Order>) answer;
    call.setOnCancelHandler(() -> {});
    return call;
  }

  private boolean isSane(OrderItem item) {
    return !item.getSku().isEmpty() && item.getQuantity() > 0 && item.getUnitPriceCents() >= 0;
  }
}
