package dev.adit.demo.backend.platform;

import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderUpdate;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;

/** One caller's stream of an order's steps. Confined to the book's thread. */
final class OrderFollower {
  private final ServerCallStreamObserver<OrderUpdate> updates;
  private long sequence;

  OrderFollower(ServerCallStreamObserver<OrderUpdate> updates) {
    this.updates = updates;
  }

  /** Tells where the order stands now. */
  void tell(Order order) {
    sequence++;
    updates.onNext(
        OrderUpdate.newBuilder()
            .setOrderId(order.getId())
            .setStatus(order.getStatus())
            .setSequence(sequence)
            .build());
  }

  void complete() {
    updates.onCompleted();
  }

  void end(Status status) {
    updates.onError(status.asRuntimeException());
  }
}
