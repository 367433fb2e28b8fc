package dev.adit.demo.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.adit.demo.proto.platform.BatchGetUsersRequest;
import dev.adit.demo.proto.platform.BatchGetUsersResponse;
import dev.adit.demo.proto.platform.CreateOrderRequest;
import dev.adit.demo.proto.platform.CreateUserRequest;
import dev.adit.demo.proto.platform.DeleteUserRequest;
import dev.adit.demo.proto.platform.GetOrderRequest;
import dev.adit.demo.proto.platform.GetUserRequest;
import dev.adit.demo.proto.platform.ListUsersRequest;
import dev.adit.demo.proto.platform.Order;
import dev.adit.demo.proto.platform.OrderItem;
import dev.adit.demo.proto.platform.OrderServiceGrpc;
import dev.adit.demo.proto.platform.OrderUpdate;
import dev.adit.demo.proto.platform.StreamOrderUpdatesRequest;
import dev.adit.demo.proto.platform.UpdateUserRequest;
import dev.adit.demo.proto.platform.User;
import dev.adit.demo.proto.platform.UserServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A caller of the platform's users and orders: one host, two services. */
public final class PlatformClient {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final Channel channel;

  public PlatformClient(Channel channel) {
    this.channel = channel;
  }

  /** The same caller showing a token with every call. */
  public PlatformClient withToken(String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return new PlatformClient(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
  }

  public User createUser(String name, String email) {
    return users().createUser(CreateUserRequest.newBuilder().setName(name).setEmail(email).build());
  }

  public User getUser(String id) {
    return users().getUser(GetUserRequest.newBuilder().setId(id).build());
  }

  public User renameUser(String id, String name) {
    return users().updateUser(UpdateUserRequest.newBuilder().setId(id).setName(name).build());
  }

  public void deleteUser(String id) {
    users().deleteUser(DeleteUserRequest.newBuilder().setId(id).build());
  }

  /** All users whose name begins so. */
  public List<User> listUsers(String namePrefix) {
    List<User> all = new ArrayList<>();
    users()
        .listUsers(ListUsersRequest.newBuilder().setNamePrefix(namePrefix).build())
        .forEachRemaining(all::add);
    return all;
  }

  /**
   * Asks for users with one message for each id, and waits for the status behind the answer; null
   * if there was no answer.
   */
  public @Nullable BatchGetUsersResponse batchGetUsers(List<String> ids)
      throws StatusException, TimeoutException, InterruptedException {
    BlockingClientCall<BatchGetUsersRequest, BatchGetUsersResponse> call =
        UserServiceGrpc.newBlockingV2Stub(channel)
            .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)
            .batchGetUsers();
    for (String id : ids) {
      call.write(BatchGetUsersRequest.newBuilder().addIds(id).build());
    }
    call.halfClose();
    BatchGetUsersResponse answer = call.read();
    if (answer != null && call.read() != null) {
      throw new IllegalStateException("two answers to one call");
    }
    return answer;
  }

  public Order createOrder(String userId, OrderItem... items) {
    return orders()
        .createOrder(
            CreateOrderRequest.newBuilder().setUserId(userId).addAllItems(List.of(items)).build());
  }

  public Order getOrder(String id) {
    return orders().getOrder(GetOrderRequest.newBuilder().setId(id).build());
  }

  /** Follows an order until it is delivered. */
  public List<OrderUpdate> followOrder(String id) {
    List<OrderUpdate> all = new ArrayList<>();
    orders()
        .streamOrderUpdates(StreamOrderUpdatesRequest.newBuilder().setOrderId(id).build())
        .forEachRemaining(all::add);
    return all;
  }

  /** The bytes of {@code grpc-status-details-bin} as they arrived; none: an empty array. */
  public static byte[] detailBytes(StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    byte[] details = trailers == null ? null : trailers.get(DETAILS);
    return details == null ? new byte[0] : details;
  }

  /** The rich status in {@code grpc-status-details-bin}. */
  public static Status details(StatusRuntimeException failure)
      throws InvalidProtocolBufferException {
    return Status.parseFrom(detailBytes(failure));
  }

  private UserServiceGrpc.UserServiceBlockingStub users() {
    return UserServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
  }

  private OrderServiceGrpc.OrderServiceBlockingStub orders() {
    return OrderServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
  }
}
