package dev.adit.demo.backend.platform;

import dev.adit.demo.proto.platform.BatchGetUsersRequest;
import dev.adit.demo.proto.platform.BatchGetUsersResponse;
import dev.adit.demo.proto.platform.CreateUserRequest;
import dev.adit.demo.proto.platform.DeleteUserRequest;
import dev.adit.demo.proto.platform.DeleteUserResponse;
import dev.adit.demo.proto.platform.GetUserRequest;
import dev.adit.demo.proto.platform.ListUsersRequest;
import dev.adit.demo.proto.platform.UpdateUserRequest;
import dev.adit.demo.proto.platform.User;
import dev.adit.demo.proto.platform.UserServiceGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** The users of the platform, kept in memory. */
public final class UserService extends UserServiceGrpc.UserServiceImplBase {
  private static final String USER = "user";

  private final UserStore users = new UserStore();

  @Override
  public void getUser(GetUserRequest request, StreamObserver<User> answer) {
    answerKnown(users.get(request.getId()), request.getId(), answer);
  }

  @Override
  public void listUsers(ListUsersRequest request, StreamObserver<User> answers) {
    PacedList.send(
        users.withNamePrefix(request.getNamePrefix()), (ServerCallStreamObserver<User>) answers);
  }

  @Override
  public void createUser(CreateUserRequest request, StreamObserver<User> answer) {
    if (request.getName().isEmpty()) {
      answer.onError(PlatformErrors.invalid("name", "expected a name"));
      return;
    }
    if (!request.getEmail().contains("@")) {
      answer.onError(
          PlatformErrors.invalid("email", "expected an address such as ada@example.com"));
      return;
    }
    Optional<User> user = users.create(request.getName(), request.getEmail());
    if (user.isEmpty()) {
      answer.onError(PlatformErrors.alreadyExists("email", request.getEmail()));
      return;
    }
    answer.onNext(user.get());
    answer.onCompleted();
  }

  @Override
  public void updateUser(UpdateUserRequest request, StreamObserver<User> answer) {
    String id = request.getId();
    answerKnown(users.update(id, request.getName(), request.getEmail()), id, answer);
  }

  @Override
  public void deleteUser(DeleteUserRequest request, StreamObserver<DeleteUserResponse> answer) {
    if (!users.delete(request.getId())) {
      answer.onError(PlatformErrors.notFound(USER, request.getId()));
      return;
    }
    answer.onNext(DeleteUserResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public StreamObserver<BatchGetUsersRequest> batchGetUsers(
      StreamObserver<BatchGetUsersResponse> answer) {
    BatchGetUsersResponse.Builder found = BatchGetUsersResponse.newBuilder();
    return new StreamObserver<>() {
      @Override
      public void onNext(BatchGetUsersRequest request) {
        for (String id : request.getIdsList()) {
          users.get(id).ifPresentOrElse(found::addUsers, () -> found.addMissingIds(id));
        }
      }

      @Override
      public void onError(Throwable cause) {
        // The caller is gone; there is nobody to answer.
      }

      @Override
      public void onCompleted() {
        answer.onNext(found.build());
        answer.onCompleted();
      }
    };
  }

  private static void answerKnown(Optional<User> user, String id, StreamObserver<User> answer) {
    if (user.isEmpty()) {
      answer.onError(PlatformErrors.notFound(USER, id));
      return;
    }
    answer.onNext(user.get());
    answer.onCompleted();
  }
}
