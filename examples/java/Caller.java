import dev.adit.demo.proto.platform.CreateUserRequest;
import dev.adit.demo.proto.platform.DeleteUserRequest;
import dev.adit.demo.proto.platform.GetUserRequest;
import dev.adit.demo.proto.platform.ListUsersRequest;
import dev.adit.demo.proto.platform.User;
import dev.adit.demo.proto.platform.UserServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Four calls through a tunnel, by a stock grpc-java client.
 *
 * <pre>java -cp tunnel-demo/target/tunnel-demo.jar examples/java/Caller.java HOST:PORT[,HOST:PORT]</pre>
 */
public final class Caller {
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("x-tunnel-reason", Metadata.ASCII_STRING_MARSHALLER);

  public static void main(String[] args) throws InterruptedException {
    if (args.length != 1) {
      System.err.println("usage: Caller HOST:PORT[,HOST:PORT]");
      System.exit(2);
    }
    // Several servers, by turns: one channel each is the plainest way. A DNS name with several
    // addresses, with defaultLoadBalancingPolicy("round_robin"), is the usual one.
    for (String address : args[0].split(",")) {
      ManagedChannel channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
      try {
        call(channel);
      } finally {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      }
    }
  }

  private static void call(ManagedChannel channel) {
    UserServiceGrpc.UserServiceBlockingStub users =
        UserServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    String suffix = "-" + ProcessHandle.current().pid() + "@example.com";
    List<String> ids = new ArrayList<>();
    for (String name : List.of("alice", "bob", "carol")) {
      CreateUserRequest request =
          CreateUserRequest.newBuilder().setName(name).setEmail(name + suffix).build();
      ids.add(users.createUser(request).getId());
    }
    User first = users.getUser(GetUserRequest.newBuilder().setId(ids.get(0)).build());
    System.out.println("unary        " + first.getName());

    List<User> listed = new ArrayList<>();
    users.listUsers(ListUsersRequest.getDefaultInstance()).forEachRemaining(listed::add);
    long ours = listed.stream().filter(user -> ids.contains(user.getId())).count();
    System.out.println("streaming    " + ours + " users");
    for (String id : ids) {
      users.deleteUser(DeleteUserRequest.newBuilder().setId(id).build());
    }

    try {
      users.getUser(GetUserRequest.newBuilder().setId("nobody").build());
      throw new IllegalStateException("a user that is not there was found");
    } catch (StatusRuntimeException e) {
      System.out.println("not found    " + e.getStatus().getCode());
      expect(e.getStatus().getCode() == Status.Code.NOT_FOUND);
    }

    try {
      ClientCalls.blockingUnaryCall(
          channel,
          UserServiceGrpc.getGetUserMethod().toBuilder().setFullMethodName("no.Such/Method").build(),
          CallOptions.DEFAULT,
          GetUserRequest.getDefaultInstance());
      throw new IllegalStateException("a call without a rule was answered");
    } catch (StatusRuntimeException e) {
      String reason = e.getTrailers() == null ? null : e.getTrailers().get(REASON);
      System.out.println("no rule      " + e.getStatus().getCode() + " " + reason);
      expect("no-rule".equals(reason));
    }
    expect(first.getName().equals("alice") && ours == 3);
  }

  private static void expect(boolean right) {
    if (!right) {
      throw new IllegalStateException("that is not the right answer");
    }
  }
}
